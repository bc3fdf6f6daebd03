"""What workers do about events, while nobody asks: any number of them, in any process, each killed at any moment.

`notices` finds what is due soon, overdue, or to be passed up, each once; `dispatching` sends on what was filed; `letters` says what
departments' systems are to be told of their tasks, `receivers` who these are, `delivery` tells them; `worker` does all of it in turn.
`digest` is what a day was like, by grid.
"""
