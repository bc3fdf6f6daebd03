// How many objects there are: of a unit or the whole city by category, and of all units of a level for the choropleth.
gridgeo.objectcounts = (asked, categories) => {
  const kept = new Map();

  // Numbers a moment old are good enough to look at again; an answer that failed is not kept.
  function once(path) {
    if (!kept.has(path)) kept.set(path, asked.get(path).catch((fault) => (kept.delete(path), Promise.reject(fault))));
    return kept.get(path);
  }

  const of = (unit) => (unit ? `unit=${encodeURIComponent(unit.ref)}&` : "");

  // Category to number, all categories, and the whole.
  async function byCategory(unit) {
    const { n, counts } = await once(`/objects/counts?${of(unit)}by=category`);
    return { n, of: new Map(counts.map((one) => [one.category_id, one.n])) };
  }

  // The numbers of a level's units, in their order.
  async function byUnit(level, chosen) {
    if (chosen && !chosen.length) return level.units.map(() => 0);
    const { units } = await once(`/objects/counts?level=${encodeURIComponent(level.key)}&by=unit${chosen ? `&${categories.asked(chosen)}` : ""}`);
    const found = new Map();
    for (const one of units) found.set(`u${one.unit_id}`, one.n).set(one.code, one.n);
    return level.units.map((unit) => found.get(unit.facts.code) ?? found.get(unit.ref) ?? found.get(unit.id) ?? null);
  }

  const sum = (leaves, counts) => leaves.reduce((total, leaf) => total + (counts.of.get(leaf.id) || 0), 0);

  return { byCategory, byUnit, sum, clear: () => kept.clear() };
};
