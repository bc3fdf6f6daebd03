// What changed between two editions: coloured on the map, and a list that leads there.
gridgeo.changes = (map, topology, store, asked, look) => {
  const { el, both, fill, number } = gridgeo.dom;
  const { language } = gridgeo;
  const PAGE = 60; // rows listed at a time
  const KINDS = {
    added: { zh: "新增", en: "Added", colour: "#2168a8", fill: 0.45 },
    removed: { zh: "撤销", en: "Removed", colour: "#a3350f", fill: 0.45 },
    moved: { zh: "调界", en: "Moved", colour: "#b07a00", fill: 0.55 },
    renamed: { zh: "更名", en: "Renamed", colour: "#6b3f98", fill: 0.08 },
    reparented: { zh: "改属", en: "Put elsewhere", colour: "#33757a", fill: 0.08 },
    altered: { zh: "属性变更", en: "Altered", colour: "#5c6670", fill: 0.04 },
  };
  map.createPane("changes").style.zIndex = 410; // under objects
  const renderer = L.canvas({ pane: "changes", padding: 0.2 });
  const drawn = L.layerGroup(), marked = L.layerGroup();
  let rows = [], level = null, hidden = new Set();

  const ask = (before, after, options) => asked.get(`/editions/${before.id}/diff/${after.id}?f=geojson`, options);

  // Areas may be added up within a level only, so one level is looked at at a time: the lowest that changed, at first.
  function take(told) {
    rows = told.features.map(({ properties, geometry }) => ({ ...properties, geometry }));
    const levels = topology.levels.filter(({ key }) => rows.some((row) => row.level === key));
    level = levels.length ? levels.at(-1).key : null;
    hidden = new Set();
  }

  const ofLevel = () => rows.filter((row) => row.level === level);
  const name = (row) => (row.change === "renamed" ? `${row.name_before} → ${row.name_after}` : row.name_after || row.name_before || row.key);
  const area = (m2) => (m2 < 100000 ? `${number(m2)} m²` : `${number(m2 / 1e6, 3)} km²`);

  function draw() {
    clear();
    for (const row of ofLevel()) {
      if (hidden.has(row.change) || !row.geometry) continue;
      const { colour, fill: fillOpacity } = KINDS[row.change];
      drawn.addLayer(L.geoJSON(row.geometry, { renderer, interactive: false, style: () => ({ renderer, color: colour, weight: 1.5, fillColor: colour, fillOpacity }) }));
    }
    drawn.addTo(map);
    marked.addTo(map);
  }

  function clear() {
    for (const group of [drawn, marked]) group.clearLayers().remove();
  }

  function go(row) {
    if (!row.geometry) return;
    marked.clearLayers();
    const shape = L.geoJSON(row.geometry, { interactive: false, pane: "changes", style: () => ({ renderer, color: look.accent, weight: 3.5, fill: false }) });
    marked.addLayer(shape);
    map.fitBounds(shape.getBounds().pad(0.6), { maxZoom: 17, animate: !gridgeo.dom.still() });
  }

  // The sheet's part: levels, kinds as switches with their numbers, the list.
  function list() {
    if (!rows.length) return [el("p", { class: "quiet" }, both("两版之间没有变化", "Nothing changed between the two"))];
    const body = el("ul", { class: "changes" }), more = el("button", { type: "button", class: "plain link" });
    const redraw = () => {
      draw();
      rowsInto(body, more, PAGE);
    };
    redraw();
    return [levels(redraw), kinds(redraw), body, more];
  }

  function levels(redraw) {
    const present = topology.levels.filter(({ key }) => rows.some((row) => row.level === key));
    const select = el("select", { "aria-label": "层级 Level" }, ...present.map(({ key, zh, en }) => el("option", { value: key }, `${zh} ${en}`)));
    select.value = level;
    select.addEventListener("change", () => {
      level = select.value;
      select.nextElementSibling.replaceWith(kinds(redraw));
      redraw();
    });
    return select;
  }

  function kinds(redraw) {
    const present = Object.entries(KINDS).map(([key, kind]) => ({ key, ...kind, rows: ofLevel().filter((row) => row.change === key) })).filter((one) => one.rows.length);
    return el("div", { class: "kinds", role: "group", "aria-label": "变化 Changes" }, ...present.map((one) => {
      const chip = el("button", { type: "button", class: "chip", "aria-pressed": String(!hidden.has(one.key)), title: one.en }, el("span", { class: "swatch", colour: one.colour, "aria-hidden": "true" }), language.pick(one.zh, one.en), el("b", {}, number(one.rows.length)));
      chip.addEventListener("click", () => {
        hidden.has(one.key) ? hidden.delete(one.key) : hidden.add(one.key);
        chip.setAttribute("aria-pressed", String(!hidden.has(one.key)));
        redraw();
      });
      return chip;
    }));
  }

  function rowsInto(body, more, upto) {
    const shown = ofLevel().filter((row) => !hidden.has(row.change));
    fill(body, ...shown.slice(0, upto).map((row) => {
      const kind = KINDS[row.change];
      const size = row.moved_m2 ? area(row.moved_m2) : row.area_after_m2 ? area(row.area_after_m2) : "";
      return el("li", {}, el("button", { type: "button", class: "plain", title: row.detail || null, onclick: () => go(row) },
        el("span", { class: "swatch", colour: kind.colour, "aria-hidden": "true" }), el("span", { class: "name" }, name(row), el("small", {}, language.pick(kind.zh, kind.en), " ", row.key)), el("span", { class: "count" }, size)));
    }));
    more.hidden = shown.length <= upto;
    fill(more, both(`再列 ${number(Math.min(PAGE, shown.length - upto))} 个`, "More"));
    more.onclick = () => rowsInto(body, more, upto + PAGE);
  }

  return { ask, take, list, clear };
};
