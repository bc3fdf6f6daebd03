"""Working time: calendars with holidays and shifted workdays (调休), working hours, and reckoning in them."""
