-- Row-level security: who may see which rows. Where a caller is for a part of the city (area.sql), a building is seen
-- where it lies in one of the caller's units in the edition of governance valid now; a house, a name, a successor and a
-- link with the building or house they are of; a link to an outdoor place with its grid.
--
-- Two policies a table. `area` asks. `whole` is for callers of the whole city and constantly true, so that the planner
-- leaves it out: row-level security lets no operator that is not leakproof use an index before the policy was asked
-- (&& of PostGIS, LIKE and % of pg_trgm), and so a caller of a part asks for its grids first. See docs/howto/access.md.
--
-- (SELECT …) is evaluated once a statement; a bare function would be for every row. `= ANY` finds a caller's buildings by
-- the index on units; `<@` asks of one row and is as fast for a district of 5,000 units as for one.

DO $do$
DECLARE
  unit     constant text := 'unit_id <@ (SELECT gridgeo.area_ranges())';
  building constant text := 'EXISTS (SELECT FROM gridgeo.building_grid AS g WHERE g.zone = %s AND g.building_code = %s
    AND g.edition_id = (SELECT gridgeo.edition_now()) AND g.unit_id = ANY ((SELECT gridgeo.area_units())::bigint[]))';
  object   constant text := 'EXISTS (SELECT FROM gridgeo.object_grid AS g WHERE g.object_id = %s
    AND g.edition_id = (SELECT gridgeo.edition_now()) AND g.unit_id = ANY ((SELECT gridgeo.area_units())::bigint[]))';
  event    constant text := 'EXISTS (SELECT FROM gridgeo.event_grid AS g WHERE g.event_id = %s
    AND g.edition_id = (SELECT gridgeo.edition_now()) AND g.unit_id = ANY ((SELECT gridgeo.area_units())::bigint[]))
    OR gridgeo.is_of_department(%1$s)';
  of_event constant text := 'EXISTS (SELECT FROM gridgeo.event AS e WHERE e.event_id = %s)';
  -- What is said of a building or house is seen with it: the policies of these two hold inside of EXISTS as well.
  said     constant text := 'EXISTS (SELECT FROM gridgeo.building AS b WHERE b.zone = subject.zone AND b.building_code = subject.code)
    OR EXISTS (SELECT FROM gridgeo.house AS h WHERE h.zone = subject.zone AND h.house_code = subject.code)';
  rule record;
BEGIN
  FOR rule IN SELECT * FROM (VALUES
    ('building_grid', unit),
    ('building', format(building, 'building.zone', 'building.building_code')),
    ('building_address', format(building, 'building_address.zone', 'building_address.building_code')),
    -- A house lies where its building lies today; that may have been issued in another community.
    ('house', format(building, 'left(house.building_code, 12)', 'house.building_code')),
    ('address_name', replace(said, 'subject', 'address_name')),
    ('address_successor', replace(said, 'subject', 'address_successor')),
    -- A place people type is seen with the building it stands for.
    ('place', format(building, 'place.zone', 'place.building_code')),
    -- An object is seen where it lies in one of the caller's units today, and what it was before with it; counts where their unit is.
    -- What lies in no unit is seen by callers of the whole city alone.
    ('object_grid', unit),
    ('object', format(object, 'object.object_id')),
    ('object_history', format(object, 'object_history.object_id')),
    ('object_count', unit),
    -- A unit above holds more than a caller of some of its lowest may know: their own counts are theirs to add up. Who may see all
    -- of them sees what they add up to.
    ('object_sum', 'category_id = 0 AND ' || unit || '
      OR edition_id = (SELECT gridgeo.edition_now()) AND unit_id = ANY ((SELECT gridgeo.area_above())::bigint[])'),
    -- What is counted of events likewise; sums that tell no units apart are the whole city's.
    ('event_fact', unit),
    ('event_shift', unit),
    ('event_sum', 'part = ''unit'' AND ' || unit || '
      OR part IN (''far'', ''area'', ''way'') AND edition_id = (SELECT gridgeo.edition_now())
        AND unit_id = ANY ((SELECT gridgeo.area_above())::bigint[])
      OR part = ''near'' AND edition_id = (SELECT gridgeo.edition_now()) AND unit_id = ANY ((SELECT gridgeo.area_parents())::bigint[])'),
    -- An event is seen where it lies in one of the caller's units today, or the caller's department has something to do about it; all that
    -- was said and done with it. What lies in no unit is seen by callers of the whole city alone.
    ('event_grid', unit || ' OR gridgeo.is_of_department(event_id)'),
    ('event', format(event, 'event.event_id')),
    ('event_report', format(of_event, 'event_report.event_id')),
    ('event_step', format(of_event, 'event_step.event_id')),
    ('event_task', format(of_event, 'event_task.event_id')),
    ('event_notice', format(of_event, 'event_notice.event_id')),
    ('event_media', format(of_event, 'event_media.event_id')),
    ('event_checkin', format(of_event, 'event_checkin.event_id')),
    -- Who is in charge of a unit is told to whom all of it belongs; of other schemes, to callers of the whole city.
    ('grid_worker', 'scheme = ''governance'' AND unit_key IN (SELECT gridgeo.area_keys())')
  ) AS rules (name, seen) LOOP
    EXECUTE format('ALTER TABLE gridgeo.%I ENABLE ROW LEVEL SECURITY', rule.name);
    EXECUTE format('DROP POLICY IF EXISTS area ON gridgeo.%I', rule.name);
    EXECUTE format('DROP POLICY IF EXISTS whole ON gridgeo.%I', rule.name);
    EXECUTE format('CREATE POLICY area ON gridgeo.%I TO gridgeo_reader, gridgeo_writer, gridgeo_linkage
                      USING ((SELECT gridgeo.area_is_whole()) OR %s)', rule.name, rule.seen);
    EXECUTE format('CREATE POLICY whole ON gridgeo.%I TO gridgeo_city, gridgeo_admin USING (true)', rule.name);
  END LOOP;
END $do$;

-- The locked room. FORCE: its owner sees no more than gridgeo_linkage does, and nothing before it says for which area;
-- so the area is asked for here, and not left to the policies of buildings and houses, which do not hold their owner.
-- (A superuser is held by no policy.)
ALTER TABLE linkage.link ENABLE ROW LEVEL SECURITY;
ALTER TABLE linkage.link FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS area ON linkage.link;
CREATE POLICY area ON linkage.link TO gridgeo_linkage USING (
  (SELECT gridgeo.area_is_whole())
  OR linkage.place_is_seen(zone, place, (SELECT gridgeo.edition_now()), (SELECT gridgeo.area_ranges()))
);

-- A sealed code is seen by whoever sees a link of it; without a link by callers of the whole city alone.
ALTER TABLE linkage.identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE linkage.identity FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS area ON linkage.identity;
CREATE POLICY area ON linkage.identity TO gridgeo_linkage USING (
  (SELECT gridgeo.area_is_whole()) OR linkage.token_is_seen(token)
);

-- A place where many companies may be registered is seen where it lies, as a link to it is.
ALTER TABLE linkage.cluster_address ENABLE ROW LEVEL SECURITY;
ALTER TABLE linkage.cluster_address FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS area ON linkage.cluster_address;
CREATE POLICY area ON linkage.cluster_address TO gridgeo_linkage USING (
  (SELECT gridgeo.area_is_whole())
  OR linkage.place_is_seen(zone, place, (SELECT gridgeo.edition_now()), (SELECT gridgeo.area_ranges()))
);

-- Who reported an event, and what they said word for word, is seen where the event is.
ALTER TABLE linkage.event_reporter ENABLE ROW LEVEL SECURITY;
ALTER TABLE linkage.event_reporter FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS area ON linkage.event_reporter;
CREATE POLICY area ON linkage.event_reporter TO gridgeo_linkage USING (
  (SELECT gridgeo.area_is_whole()) OR EXISTS (SELECT FROM gridgeo.event AS e WHERE e.event_id = event_reporter.event_id)
);
ALTER TABLE linkage.event_original ENABLE ROW LEVEL SECURITY;
ALTER TABLE linkage.event_original FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS area ON linkage.event_original;
CREATE POLICY area ON linkage.event_original TO gridgeo_linkage USING (
  (SELECT gridgeo.area_is_whole()) OR EXISTS (SELECT FROM gridgeo.event AS e WHERE e.event_id = event_original.event_id)
);

-- Keys and the audit belong to no area.
ALTER TABLE linkage.data_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE linkage.data_key FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS room ON linkage.data_key;
CREATE POLICY room ON linkage.data_key TO gridgeo_linkage USING (true);

ALTER TABLE linkage.audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE linkage.audit FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS room ON linkage.audit;
CREATE POLICY room ON linkage.audit TO gridgeo_linkage USING (true);

-- Counts are seen where their grid is; what is asked of the rest is refused before (linkage/units.py), or it would look empty.
ALTER TABLE linkage.unit_count ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS area ON linkage.unit_count;
CREATE POLICY area ON linkage.unit_count TO gridgeo_linkage USING (
  (SELECT gridgeo.area_is_whole()) OR unit_id <@ (SELECT gridgeo.area_ranges())
);
