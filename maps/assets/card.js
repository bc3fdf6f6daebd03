// The card of the unit that was clicked: what it is, where it belongs, its figures, and the ways on.
gridgeo.card = (topology, store, view, sections, config) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { pick } = gridgeo.language;
  const node = find("#card");
  const { edition, measures } = topology.about;
  const types = measures.find((measure) => measure.categories);

  function draw({ selected: unit, place, object, event, area }) {
    if (place || object || event || (area && !unit)) return; // then another card lies there
    node.hidden = !unit;
    document.body.classList.toggle("with-card", Boolean(unit));
    if (!unit) return fill(node);
    const level = topology.levels[unit.rank];
    fill(node,
      el("header", {},
        el("p", { class: "kind" }, both(level.zh, level.en), unit.facts.kind === "functional" ? el("span", { class: "tag" }, both("功能区", "Functional")) : null),
        el("h2", {}, unit.facts.name_zh, unit.facts.name_en ? el("small", { lang: "en" }, unit.facts.name_en) : null),
        el("button", { type: "button", class: "close", "aria-label": "关闭 Close", onclick: close }, "×")),
      code(unit), chain(unit), figures(unit), makeup(unit), ...sections.map((one) => one.section(unit)), links(unit), source());
  }

  function close() {
    view.select(null);
    find("#planner_map").focus({ preventScroll: true });
  }

  const code = (unit) => (unit.facts.code ? gridgeo.code.row(unit.facts.code) : el("p", { class: "code" }, both("无代码", "has no code of its own")));

  function chain(unit) {
    const above = gridgeo.topology.chain(unit).slice(0, -1);
    if (!above.length) return null;
    return el("ol", { class: "chain", "aria-label": "所属 Belongs to" }, ...above.map((one) =>
      el("li", {}, el("button", { type: "button", class: "plain", onclick: () => view.enter(one) }, gridgeo.language.name(one.facts)))));
  }

  function figures(unit) {
    const level = topology.levels[unit.rank], below = topology.levels[unit.rank + 1];
    const rows = [];
    const add = (zh, en, value, note) => rows.push(el("div", {}, el("dt", {}, both(zh, en)), el("dd", {}, value, note ? el("small", {}, note) : null)));
    for (const measure of measures) {
      if (!measure.levels[level.key]) continue;
      const summed = measure.key === "households" && unit.facts.summed;
      add(measure.zh, measure.en, gridgeo.measures.text(measure, level, unit), summed ? { all: pick(" 下级合计", " sum of parts"), some: pick(" 下级合计（有缺）", " sum of parts, some unknown") }[summed] : "");
    }
    if (below && unit.children.length && below !== topology.levels.at(-1)) add(`${below.zh}数`, `${below.en.replace(/y$/, "ie")}s`, pick(`${number(unit.children.length)} 个`, number(unit.children.length)));
    return rows.length ? el("dl", { class: "figures" }, ...rows) : null;
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
    return el("p", { class: "links" },
      el("a", { href: address(""), target: "_blank", rel: "noopener" }, both("接口条目", "API item")),
      el("a", { href: address("", "f=geojson"), download: `${unit.ref}.geojson` }, both("导出", "GeoJSON")),
      unit.children.length ? el("a", { href: address("/children"), target: "_blank", rel: "noopener" }, both("下级", "Children")) : null);
  }

  function source() {
    const period = edition.from ? `${edition.from} – ${edition.to || gridgeo.language.pick("今 now", "now")}` : gridgeo.language.pick("草案 draft", "draft");
    return el("p", { class: "source" }, `${edition.name} · ${period}`);
  }

  store.watch(["selected", "place", "object", "event", "caller", "edition", "lang"], draw);
};
