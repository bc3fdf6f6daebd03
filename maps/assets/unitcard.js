// The card of the unit that was clicked: what it is, where it belongs, its figures, and the ways on.
gridgeo.unitcard = (topology, store, view, sections, config) => {
  const { el, both, number } = gridgeo.dom;
  const { card } = gridgeo;
  const { pick } = gridgeo.language;
  const { edition, measures } = topology.about;
  const types = measures.find((measure) => measure.categories);

  function draw({ selected: unit, place, object, event, area }) {
    if (place || object || event || (area && !unit)) return; // then another card lies there
    if (!unit) return card.clear();
    card.lay(unit, header(unit), code(unit), chain(unit), figures(unit), makeup(unit), ...sections.map((one) => one.section(unit)), links(unit), source());
  }

  function header({ rank, facts: { kind, name_zh: zh, name_en: en } }) {
    const level = topology.levels[rank], functional = kind === "functional" ? el("span", { class: "tag" }, both("功能区", "Functional")) : null;
    return card.header([both(level.zh, level.en), functional], [zh, en ? el("small", { lang: "en" }, en) : null], () => view.select(null));
  }

  const code = (unit) => (unit.facts.code ? gridgeo.code.row(unit.facts.code) : el("p", { class: "code" }, both("无代码", "has no code of its own")));

  function chain(unit) {
    const above = gridgeo.topology.chain(unit).slice(0, -1);
    return above.length ? card.chain(above, view.enter) : null;
  }

  function figures(unit) {
    const level = topology.levels[unit.rank], below = topology.levels[unit.rank + 1];
    const rows = [];
    for (const measure of measures) {
      if (!measure.levels[level.key]) continue;
      const summed = measure.key === "households" && unit.facts.summed;
      rows.push([[measure.zh, measure.en], gridgeo.measures.text(measure, level, unit), summed && { all: pick("下级合计", "sum of parts"), some: pick("下级合计（有缺）", "sum of parts, some unknown") }[summed]]);
    }
    if (below && unit.children.length && below !== topology.levels.at(-1)) rows.push([[`${below.zh}数`, `${below.en.replace(/y$/, "ie")}s`], pick(`${number(unit.children.length)} 个`, number(unit.children.length))]);
    return card.rows(rows);
  }

  // What the micro-grids of a larger unit are: one bar, its parts by grid type.
  function makeup(unit) {
    if (!types || !unit.children.length) return null;
    const counts = new Map();
    const walk = (one) => {
      const column = types.levels[topology.levels[one.rank].key];
      const value = column && column.values[one.order];
      if (value && !one.children.length) counts.set(value, (counts.get(value) || 0) + 1);
      one.children.forEach(walk);
    };
    walk(unit);
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (!total) return null;
    const present = types.categories.filter((one) => counts.has(one.key));
    return el("figure", { class: "makeup" },
      el("figcaption", {}, both(types.zh, types.en)),
      el("div", { class: "bar", "aria-hidden": "true" }, ...present.map((one) => el("i", { colour: one.colour, width: `${(100 * counts.get(one.key)) / total}%` }))),
      el("ul", {}, ...present.map((one) => el("li", {}, el("span", { class: "swatch", colour: one.colour, "aria-hidden": "true" }), `${pick(one.zh, one.en)} ${number(counts.get(one.key))}`))));
  }

  function links(unit) {
    const { api, query } = config; // another edition is asked for in other words
    if (!api) return null;
    const address = (rest, ...asked) => `${api}/grids/${encodeURIComponent(unit.ref)}${rest}?${[...asked, query].filter(Boolean).join("&")}`.replace(/\?$/, "");
    return card.links([
      [address(""), "接口条目", "API item"], [address("", "f=geojson"), "导出", "GeoJSON", `${unit.ref}.geojson`],
      unit.children.length && [address("/children"), "下级", "Children"],
    ]);
  }

  function source() {
    const period = edition.from ? `${edition.from} – ${edition.to || gridgeo.language.pick("今 now", "now")}` : gridgeo.language.pick("草案 draft", "draft");
    return el("p", { class: "source" }, `${edition.name} · ${period}`);
  }

  store.watch(["selected", "place", "object", "event", "caller", "edition", "lang"], draw);
};
