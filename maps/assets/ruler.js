// Measuring: lengths along the ground, segment by segment, and areas; on the ellipsoid, see geodesy.js.
gridgeo.ruler = (map, store, tools, sketch, look) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { geodesy, language } = gridgeo;
  const KINDS = { line: ["距离", "Distance"], area: ["面积", "Area"] };
  const labels = L.layerGroup().addTo(map), kept = L.layerGroup().addTo(map);
  const said = el("output", { class: "measured", "aria-live": "polite" });
  let kind = "line", points = [], ended = false;

  const metres = (value) => (value < 1000 ? `${number(value, value < 100 ? 1 : 0)} m` : `${number(value / 1000, value < 100000 ? 3 : 1)} km`);
  const squares = (value) => (value < 100000 ? `${number(value, value < 1000 ? 1 : 0)} m²` : `${number(value / 1e6, 4)} km²`);

  function draw() {
    const choice = Object.entries(KINDS).map(([key, names]) => {
      const input = el("input", { type: "radio", name: "ruler", value: key });
      input.checked = key === kind;
      input.addEventListener("change", () => {
        kind = key;
        begin();
      });
      return el("label", {}, input, el("span", {}, both(...names)));
    });
    return [
      el("div", { class: "segments", role: "radiogroup", "aria-label": "量什么 What to measure" }, ...choice), said,
      el("p", { class: "note" }, both("点击加点，双击或回车结束；键盘：方向键移动，空格加点。", "Click to add points, double click or Enter to end; keys: arrows move, space adds.")),
      el("p", { class: "buttons" }, copy(), el("button", { type: "button", class: "ghost-button", onclick: begin }, both("重新量", "Again"))),
    ];
  }

  function copy() {
    const button = el("button", { type: "button", class: "ghost-button" }, both("复制", "Copy"));
    button.addEventListener("click", async () => {
      const done = await gridgeo.code.copy(results().map(({ zh, en, text }) => `${language.pick(zh, en)} ${text}`).join("\n"));
      fill(button, both(...(done ? ["已复制", "Copied"] : ["没有复制", "Not copied"])));
      setTimeout(() => fill(button, both("复制", "Copy")), 1600);
    });
    return button;
  }

  function begin() {
    clear();
    sketch.begin(kind, (step) => {
      points = [...step.points];
      if (step.done) end();
      else tell(step.cursor);
    });
    tell();
  }

  function clear() {
    [points, ended] = [[], false];
    labels.clearLayers();
    kept.clearLayers();
  }

  // What was measured stays in the map until the next begins or the tool is put away.
  function end() {
    ended = true;
    sketch.stop();
    const line = points.map(([lon, lat]) => [lat, lon]);
    const style = { renderer: sketch.renderer, color: look.accent, weight: 2.5, interactive: false };
    kept.addLayer(kind === "area" ? L.polygon(line, { ...style, fillOpacity: 0.1 }) : L.polyline(line, style));
    for (const point of line) kept.addLayer(L.circleMarker(point, { ...style, radius: 4, fillColor: "#fff", fillOpacity: 1 }));
    tell();
  }

  function results(cursor) {
    const line = cursor ? [...points, cursor] : points;
    if (kind === "line") return line.length > 1 ? [{ zh: "总长", en: "Length", text: metres(geodesy.length(line)) }] : [];
    if (line.length < 3) return [];
    return [{ zh: "面积", en: "Area", text: squares(geodesy.area(line)) }, { zh: "周长", en: "Perimeter", text: metres(geodesy.length([...line, line[0]])) }];
  }

  function tell(cursor) {
    const rows = results(cursor);
    fill(said, ...(rows.length ? rows.map(({ zh, en, text }) => el("span", {}, both(zh, en), el("b", {}, text))) : [el("span", {}, both("在地图上点击", "Click on the map"))]));
    const closed = kind === "area" && points.length > 2 && ended;
    const line = closed ? [...points, points[0]] : cursor ? [...points, cursor] : points;
    labels.clearLayers();
    line.slice(1).forEach((to, at) => label(line[at], to));
  }

  function label([lon1, lat1], [lon2, lat2]) {
    const html = el("span", {}, metres(geodesy.distance([lon1, lat1], [lon2, lat2])));
    const icon = L.divIcon({ className: "length", html, iconSize: null });
    labels.addLayer(L.marker([(lat1 + lat2) / 2, (lon1 + lon2) / 2], { icon, interactive: false, keyboard: false }));
  }

  function escape() {
    if (!sketch.active() || !points.length) return false;
    begin();
    return true;
  }

  tools.add("ruler", {
    zh: "测量", en: "Measure", draw, begin, escape,
    end() {
      sketch.stop();
      clear();
    },
  });
};
