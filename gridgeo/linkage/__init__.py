"""The locked room: citizen IDs, credit codes, numbers and events, linked to each other through the house (五码关联)."""
