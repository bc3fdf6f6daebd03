"""The address base (统一地址库): buildings and houses with codes for life, their names, and any text led to a house."""
