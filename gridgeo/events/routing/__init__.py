"""Who an event goes to: a matrix of responsibility (权责清单) by class and area, and rules that go before it.

Doors: :mod:`.store` routes events (`route`), says what follows a second return (`after_return`) and who is above (`escalate_to`);
:mod:`.explain` says why; :mod:`.matrix` loads and checks the matrix; :mod:`.rulesets` keeps rules, tests them over past events and
makes them valid. What is chosen is decided in :mod:`.rules` alone, for one event as for ninety thousand.
"""
