// Objects as a measure of the units: how many, and how many on a square kilometre, of all categories or of those chosen.
// A level's numbers are asked for when it is to be painted; until they are there the map stays as it is. Of an edition that has ended
// there are none: objects are counted in today's.
gridgeo.objectmeasures = (topology, categories) => {
  const { breaks } = gridgeo;
  const TODAY = ["今日的部件数", "Today's objects"];
  const PAST = ["部件只按今日的网格统计", "Objects are counted in today's grids only"];
  const measures = [
    { key: "objects", zh: "部件数", en: "Objects", unit: "个", unit_en: "objects", live: true, levels: {}, of: (n) => n },
    { key: "object_density", zh: "部件密度", en: "Objects per km²", unit: "个/km²", unit_en: "per km²", live: true, levels: {}, of: (n, km2) => (km2 ? Number((n / km2).toPrecision(5)) : null) },
  ];
  const area = topology.about.measures.find(({ key }) => key === "area");
  const usable = measures.filter(({ key }) => key === "objects" || area);
  const names = new Map(measures.map((one) => [one.key, [one.zh, one.en]]));
  let store = null, counts = null, chosenThen, asked = 0;

  async function follow({ measure: key, shown, chosen, caller, edition, looked, day }, before) {
    if (caller !== before.caller || edition !== before.edition || looked !== before.looked) chosenThen = undefined;
    for (const one of usable) one.note = gridgeo.editions.past(topology) ? PAST : day ? TODAY : null;
    const measure = usable.find((one) => one.key === key);
    if (chosen !== chosenThen) forget(chosen);
    const level = topology.levels[shown];
    if (!measure || measure.levels[level.key]) return;
    const mine = ++asked;
    try {
      const numbers = gridgeo.editions.past(topology) ? level.units.map(() => null) : await counts.byUnit(level, chosen);
      if (mine === asked) take(level, numbers);
    } catch {
      if (mine === asked) take(level, level.units.map(() => null));
    }
  }

  function take(level, numbers) {
    const areas = area && area.levels[level.key] ? area.levels[level.key].values : [];
    for (const measure of usable) {
      const values = numbers.map((n, order) => (n === null ? null : measure.of(n, areas[order])));
      measure.levels[level.key] = { values, breaks: { quantile: breaks.quantile(values), natural: breaks.natural(values) } };
    }
    store.change({ columns: store.get().columns + 1 });
  }

  // Of other categories nothing is known yet.
  function forget(chosen) {
    chosenThen = chosen;
    asked++;
    const one = chosen && chosen.length === 1 ? categories.byId.get(chosen[0]) : null;
    for (const measure of usable) {
      const [zh, en] = names.get(measure.key);
      measure.levels = {};
      measure.zh = one ? `${one.zh} · ${zh}` : chosen ? `${zh}（所选 ${chosen.length} 类）` : zh;
      measure.en = one ? `${one.en} · ${en}` : chosen ? `${en} (${chosen.length} categories)` : en;
    }
  }

  function watch(theStore, theCounts) {
    [store, counts] = [theStore, theCounts];
    store.watch(["measure", "shown", "chosen", "caller", "edition", "looked", "day"], follow);
  }

  topology.about.measures.push(...usable);
  return { watch };
};
