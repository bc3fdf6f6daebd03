"""Working time: calendars with holidays and shifted workdays (调休), working hours, and reckoning in them.

Doors: :mod:`.rules` reckons (`add`, `between`, `due`, `moved_on`, and the same of many moments at once), :mod:`.store` keeps calendars,
:mod:`.reading` reads them from tables and knows that of China.
"""
