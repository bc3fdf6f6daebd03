// Selecting an area: a circle dragged or typed, or a polygon clicked; what is in it stands in the card (areacard.js).
gridgeo.selecting = (map, topology, store, view, tools, sketch, look) => {
  const { el, both, fill } = gridgeo.dom;
  const { language } = gridgeo;
  const KINDS = { circle: ["圆", "Circle"], area: ["多边形", "Polygon"] };
  const HINTS = {
    circle: ["在地图上按住拖动，或输入半径。", "Drag on the map, or type a radius."],
    area: ["逐点点击，点回第一点或双击结束；键盘：方向键移动，空格加点，回车结束。", "Click the corners; the first again or a double click ends. Keys: arrows move, space adds, Enter ends."],
  };
  const shape = L.layerGroup().addTo(map);
  const hint = el("p", { class: "note" }), wrong = el("p", { class: "refused", role: "alert" });
  const metres = el("input", { type: "number", min: "1", max: String(gridgeo.area.WIDEST), step: "any", value: "500", inputmode: "decimal", id: "radius" });
  let kind = "circle";

  function draw() {
    const choice = Object.entries(KINDS).map(([key, names]) => {
      const input = el("input", { type: "radio", name: "drawing", value: key });
      input.checked = key === kind;
      input.addEventListener("change", () => {
        kind = key;
        tools.redraw();
        begin();
        document.querySelector(`#tool input[value=${key}]`).focus();
      });
      return el("label", {}, input, el("span", {}, both(...names)));
    });
    fill(hint, both(...HINTS[kind]));
    fill(wrong);
    return [el("div", { class: "segments", role: "radiogroup", "aria-label": "形状 Shape" }, ...choice), hint, kind === "circle" ? typed() : done(), wrong];
  }

  // A circle round what is chosen, else round the middle of the map.
  function typed() {
    const { selected, told, place } = store.get();
    const round = selected ? language.name(selected.facts) : place ? language.pick("所选地点", "the chosen place") : language.pick("地图中心", "the map's middle");
    const form = el("form", { class: "radius" },
      el("label", { for: "radius" }, both("半径（米）", "Radius, metres")), metres,
      el("button", { type: "submit", class: "solid" }, "画圆 Draw"), el("p", { class: "note" }, both("圆心", "Round"), " ", round));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [lon, lat] = middle(selected, told || place);
      circle(lon, lat, Number(metres.value));
    });
    return form;
  }

  function middle(selected, place) {
    if (selected && selected.facts.label) return selected.facts.label;
    if (place && place.lon != null) return [place.lon, place.lat];
    const { lng, lat } = map.getCenter();
    return [lng, lat];
  }

  const done = () => el("p", { class: "buttons" }, el("button", { type: "button", class: "ghost-button", onclick: () => sketch.finish() || refuse("至少三个点", "Three corners at least") }, both("完成", "Done")));
  const refuse = (zh, en) => fill(wrong, both(zh, en));

  function begin() {
    sketch.begin(kind, ({ points, cursor, done: ended }) => {
      fill(wrong);
      if (kind === "circle" && cursor) metres.value = Math.round(gridgeo.geodesy.distance(points[0], cursor));
      if (ended) end(points);
    });
  }

  function end(points) {
    if (kind === "circle") return circle(...points[0], points.length > 1 ? gridgeo.geodesy.distance(...points) : Number(metres.value));
    if (gridgeo.area.crossed(points)) {
      begin();
      return refuse("边线相交，请重画", "The outline crosses itself; draw it again");
    }
    chosen({ kind: "polygon", ring: [...points] });
  }

  function circle(lon, lat, radius) {
    if (!(radius >= 1 && radius <= gridgeo.area.WIDEST)) return refuse("半径须在 1 米至 100 公里之间", "A radius from 1 m to 100 km");
    metres.value = +radius.toFixed(1);
    chosen({ kind: "circle", lon, lat, metres: radius });
  }

  // What is chosen is what the address says of it, so that a link shows the very same.
  function chosen(area) {
    sketch.stop();
    store.change({ ...gridgeo.view.NOTHING, tool: null, area: gridgeo.area.parse(gridgeo.area.text(area)) });
    map.getContainer().focus({ preventScroll: true });
  }

  store.watch(["area"], ({ area }) => {
    shape.clearLayers();
    if (!area) return;
    const ring = gridgeo.area.ring(area).map(([lon, lat]) => [lat, lon]);
    const style = { renderer: sketch.renderer, interactive: false };
    shape.addLayer(L.polygon(ring, { ...style, color: "#fff", weight: 5, fill: false }));
    shape.addLayer(L.polygon(ring, { ...style, color: look.accent, weight: 2.5, fill: false }));
  });

  function escape() {
    if (!sketch.active() || kind === "circle") return false;
    const had = map.getContainer().querySelector(".leaflet-sketch-pane path");
    if (had) begin();
    return Boolean(had);
  }

  tools.add("select", { zh: "圈选", en: "Select an area", draw, begin, end: sketch.stop, escape });
};
