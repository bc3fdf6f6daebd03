-- Calendars of working time.

-- name: names
SELECT calendar FROM work_calendar ORDER BY calendar;

-- name: head
SELECT calendar, weekdays, hours, source, loaded_at FROM work_calendar WHERE calendar = %(calendar)s;

-- name: days
SELECT day, working, name, certain, source FROM work_calendar_day WHERE calendar = %(calendar)s ORDER BY day;

-- name: clear
DELETE FROM work_calendar_day WHERE calendar = %(calendar)s;

-- name: enter
INSERT INTO work_calendar (calendar, weekdays, hours, source) VALUES (%(calendar)s, %(weekdays)s, %(hours)s, %(source)s)
ON CONFLICT (calendar) DO UPDATE
   SET weekdays = excluded.weekdays, hours = excluded.hours, source = excluded.source, loaded_at = clock_timestamp();

-- name: add_days
INSERT INTO work_calendar_day (calendar, day, working, name, certain, source) VALUES %s;
