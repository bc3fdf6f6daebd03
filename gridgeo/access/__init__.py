"""Who may do what: callers, their scopes, and the part of the city they may see."""
