// Events as measures of the units: how many of those sought, for a thousand households, open, overdue; and where more come than the
// households explain. A level's numbers are asked for when it is to be painted; until they are there the map stays as it is.
gridgeo.eventmeasures = (topology, classes, look) => {
  const { breaks } = gridgeo;
  const PAST = ["事件只按今日的网格统计", "Events are counted in today's grids only"];
  const RECENT = ["在办的，和近 30 天上报的", "Open ones, and those reported in the last 30 days"];
  const HOT = ["Gi* 与精确泊松检验，q 为错误发现率", "Gi* and exact Poisson tests; q: share of false discoveries"];
  const YEAR = 365 * 86400000; // ms
  const HEAT = [
    { key: "1", zh: "热点 q ≤ 1 %", en: "Hot, q ≤ 1 %" }, { key: "5", zh: "热点 q ≤ 5 %", en: "Hot, q ≤ 5 %" },
    { key: "itself", zh: "仅本格偏多", en: "Only the grid itself" }, { key: "no", zh: "不显著", en: "Not significant" },
  ];
  const lowest = topology.levels.at(-1);
  const households = topology.about.measures.find(({ key }) => key === "households");
  const perHome = (n, homes) => (homes ? Number(((1000 * n) / homes).toPrecision(4)) : null);
  const measures = [
    { key: "events", zh: "事件数", en: "Events", unit: "件", unit_en: "events", of: (_, n) => n },
    { key: "event_rate", zh: "每千户事件数", en: "Events per 1,000 households", unit: "件/千户", unit_en: "per 1,000", of: (_, n, homes) => perHome(n, homes) },
    { key: "events_open", zh: "在办事件", en: "Open events", unit: "件", unit_en: "open", of: ([open, soon, late]) => open + soon + late },
    { key: "events_overdue", zh: "超期事件", en: "Overdue events", unit: "件", unit_en: "overdue", of: ([, , late]) => late },
    { key: "event_heat", zh: "事件热点", en: "Hot spots of events", unit: "", unit_en: "", only: lowest.key, categories: HEAT.map((one, order) => ({ ...one, colour: look.heat[order] })) },
  ].map((one) => ({ ...one, live: true, levels: {}, names: [one.zh, one.en] }));
  const usable = measures.filter(({ key }) => key !== "event_rate" || households);
  let store = null, counts = null, before = {}, asked = 0;

  async function follow({ measure: key, shown, sought, caller, edition, looked }) {
    const { states, on, ...named } = sought, now = JSON.stringify([named, states, caller && caller.name, edition, looked]);
    if (now !== before) forget(sought);
    before = now;
    const measure = usable.find((one) => one.key === key), level = measure && measure.only ? lowest : topology.levels[shown];
    if (!measure || measure.levels[level.key]) return;
    const mine = ++asked, past = gridgeo.editions.past(topology);
    const told = await (past ? Promise.reject() : measure.only ? heat(sought) : counts.byUnit(level, sought)).catch(() => level.units.map(() => null));
    if (mine !== asked) return;
    if (measure.only) takeHeat(measure, told);
    else take(level, told, states);
    store.change({ columns: store.get().columns + 1 });
  }

  function take(level, told, states) {
    const homes = households && households.levels[level.key] ? households.levels[level.key].values : [];
    for (const measure of usable.filter(({ only }) => !only)) {
      const values = told.map((shares, order) => (shares ? measure.of(shares, gridgeo.eventcounts.sum(shares, states), homes[order]) : null));
      measure.levels[level.key] = { values, breaks: { quantile: breaks.quantile(values), natural: breaks.natural(values) } };
    }
  }

  // Of the period, or of a year: in thirty days too few come to a grid for a test.
  async function heat(sought) {
    const day = (at) => new Date(at).toLocaleDateString("sv-SE");
    const rows = await counts.hot(sought.period || { from: day(Date.now() - YEAR), to: day(Date.now()) }, sought);
    const found = new Map(rows.flatMap((one) => [[one.code, kind(one)], [`u${one.unit_id}`, kind(one)]]));
    return lowest.units.map((unit) => found.get(unit.facts.code) || found.get(unit.ref) || "no");
  }

  const kind = ({ gi_q: around = 1 }) => (around <= 0.01 ? "1" : around <= 0.05 ? "5" : "itself");

  function takeHeat(measure, values) {
    measure.levels[lowest.key] = { values };
  }

  // Of others nothing is known yet.
  function forget({ classes: chosen, period, grades, states, department }) {
    asked++;
    const one = chosen && chosen.length === 1 ? classes.byId.get(chosen[0]) : null, some = chosen || grades || states || department;
    for (const measure of usable) {
      const [zh, en] = measure.names;
      measure.levels = {};
      measure.zh = one ? `${one.zh} · ${zh}` : some ? `${zh}（所选）` : zh;
      measure.en = one ? `${one.en} · ${en}` : some ? `${en} (some)` : en;
      const when = period ? [`${period.from} – ${period.to} 上报`, `Reported ${period.from} – ${period.to}`] : measure.only ? ["近一年上报", "Reported in the last year"] : RECENT;
      measure.note = gridgeo.editions.past(topology) ? PAST : measure.only ? [`${when[0]}；${HOT[0]}`, `${when[1]}; ${HOT[1]}`] : when;
    }
  }

  function watch(theStore, theCounts) {
    [store, counts] = [theStore, theCounts];
    store.watch(["measure", "shown", "sought", "caller", "edition", "looked"], follow);
  }

  topology.about.measures.push(...usable);
  return { watch };
};
