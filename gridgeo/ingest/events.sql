-- name: departments
SELECT department_code, name_zh, name_en FROM department;

-- name: known
-- Which of a source's events we have.
SELECT r.original, r.event_id
  FROM unnest(%(originals)s::text[]) AS g (original)
  JOIN event_report AS r ON r.source = %(source)s AND r.original = g.original;
