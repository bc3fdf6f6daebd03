// How many events there are of those sought, and in which states: by class, by department, and of all units of a level.
gridgeo.eventcounts = (asked, classes) => {
  const { asked: query, ALL } = gridgeo.sought;
  const SHARES = ["o", "s", "v", "c"]; // in the order of the states
  const kept = new Map();

  function once(path) {
    if (!kept.has(path)) kept.set(path, asked.get(path).catch((fault) => (kept.delete(path), Promise.reject(fault))));
    return kept.get(path);
  }

  const counts = (by, unit, sought) => once(`/events/counts?${[`by=${by}`, unit && `unit=${encodeURIComponent(unit.ref)}`, query(sought, classes)].filter(Boolean).join("&")}`);
  const shares = (one) => SHARES.map((share) => one[share] || 0);

  // Class to how many in each state, of all classes and states.
  async function byClass(unit, sought) {
    const { counts: rows } = await counts("class", unit, { ...sought, classes: null, states: null });
    return new Map(rows.map((one) => [one.class_id, shares(one)]));
  }

  // How many in each state, of the classes sought.
  const of = async (unit, sought) => shares(await counts("class", unit, { ...sought, states: null }));

  // Departments that lead some, those with the most first.
  async function byDepartment(unit, sought) {
    const { counts: rows } = await counts("department", unit, { ...ALL, period: sought.period });
    return rows.filter((one) => one.department).sort((a, b) => b.n - a.n).map(({ department, n }) => ({ ...department, n }));
  }

  // How many in each state in the units of a level, in their order; null for a unit of which nothing is told.
  async function byUnit(level, sought) {
    const { units } = await once(`/events/counts?${["by=unit", `level=${encodeURIComponent(level.key)}`, query({ ...sought, states: null }, classes)].filter(Boolean).join("&")}`);
    const found = new Map();
    for (const one of units) found.set(`u${one.unit_id}`, shares(one)).set(one.code, shares(one));
    return level.units.map((unit) => found.get(unit.facts.code) ?? found.get(unit.ref) ?? found.get(unit.id) ?? null);
  }

  // Grids with more than their households explain, the surest first.
  async function hot({ from, to }, sought) {
    return (await once(`/events/hotspots?${["by=grid", "limit=1000", `period=${from}/${to}`, sought.classes && classes.asked(sought.classes)].filter(Boolean).join("&")}`)).rows;
  }

  return { of, byClass, byDepartment, byUnit, hot, clear: () => kept.clear() };
};

gridgeo.eventcounts.sum = (shares, states) => shares.reduce((total, n, order) => total + (gridgeo.sought.has(states, gridgeo.sought.STATES[order]) ? n : 0), 0);
