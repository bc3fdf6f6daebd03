// Drawing on the map: a line, an outline or a circle, with mouse, finger or keys. While it goes on, clicks belong to it.
gridgeo.sketch = (map, store, look) => {
  const { find, el } = gridgeo.dom;
  const NEAR = 10, MOVED = 5; // px: a click so near a corner means the corner; what is less than a drag is a click
  const PAN = 60; // px: a step of the arrow keys
  const node = map.getContainer();
  map.createPane("sketch").style.zIndex = 460;
  const renderer = L.svg({ pane: "sketch", padding: 0.3 });
  const group = L.layerGroup().addTo(map);
  const STROKE = { renderer, color: look.accent, weight: 2.5, interactive: false };
  const SETTLES = 300; // ms in which a second click may still follow
  let now = null; // { kind, points, cursor, tell }
  let pressed = null, settling = null;

  const lonLat = ({ lng, lat }) => [lng, lat];
  const latLng = ([lon, lat]) => [lat, lon];
  const pixel = (point) => map.latLngToContainerPoint(latLng(point));

  // kind: line, area or circle; tell({ points, cursor, done }) after each step; a circle's points are its centre and one on it.
  function begin(kind, tell) {
    stop();
    clearTimeout(settling);
    now = { kind, points: [], cursor: null, tell };
    store.change({ busy: true, hovered: null });
    node.classList.add("sketching");
    if (kind === "circle") map.dragging.disable();
    draw();
  }

  function stop() {
    if (!now) return;
    now = pressed = null;
    group.clearLayers();
    node.classList.remove("sketching", "aiming");
    map.dragging.enable();
    settling = setTimeout(() => store.change({ busy: false }), SETTLES);
  }

  function step(done = false) {
    draw();
    now.tell({ points: now.points, cursor: now.cursor, done });
  }

  function put(point) {
    const { kind, points } = now;
    const close = (other) => other && pixel(other).distanceTo(pixel(point)) < NEAR;
    if (kind === "area" && points.length >= 3 && close(points[0])) return step(true);
    if (close(points.at(-1))) return;
    points.push(point);
    step(kind === "circle" && points.length === 2);
  }

  const enough = { line: 2, area: 3, circle: 2 };
  function finish() {
    if (!now || now.points.length < enough[now.kind]) return false;
    now.cursor = null;
    step(true);
    return true;
  }

  function draw() {
    group.clearLayers();
    const { kind, points, cursor } = now;
    const line = cursor ? [...points, cursor] : points;
    if (kind === "circle" && line.length === 2) outline(gridgeo.geodesy.circle(line[0], Math.max(gridgeo.geodesy.distance(line[0], line[1]), 1)));
    else if (kind === "area" && line.length > 2) outline(line);
    else if (line.length > 1) group.addLayer(L.polyline(line.map(latLng), { ...STROKE, dashArray: cursor ? "6 5" : null }));
    for (const point of points) group.addLayer(L.circleMarker(latLng(point), { ...STROKE, radius: 4, fillColor: "#fff", fillOpacity: 1 }));
  }

  const outline = (ring) => group.addLayer(L.polygon(ring.map(latLng), { ...STROKE, fillColor: look.accent, fillOpacity: 0.1 }));

  // A click that ends a drawing is not one on the map.
  function swallow() {
    const off = (event) => event.stopPropagation();
    node.addEventListener("click", off, { capture: true, once: true });
    setTimeout(() => node.removeEventListener("click", off, true), 100);
  }

  const on = (event) => map.mouseEventToLatLng(event);
  node.addEventListener("pointerdown", (event) => {
    if (!now || now.kind !== "circle" || !event.isPrimary || event.button || event.target.closest(".leaflet-control")) return;
    pressed = { x: event.clientX, y: event.clientY };
    now.points = [lonLat(on(event))];
    node.setPointerCapture(event.pointerId);
  });
  node.addEventListener("pointermove", (event) => {
    if (!now || (now.kind === "circle" ? !pressed : event.pointerType === "touch" || !now.points.length)) return;
    now.cursor = lonLat(on(event));
    step();
  });
  node.addEventListener("pointerup", (event) => {
    if (!now || !pressed) return;
    const dragged = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > MOVED;
    pressed = null;
    swallow();
    now.cursor = null;
    if (dragged) now.points.push(lonLat(on(event)));
    step(true);
  });
  map.on("click", ({ latlng }) => now && now.kind !== "circle" && put(lonLat(latlng)));
  map.on("dblclick", () => now && finish());

  // With keys: arrows move the map under the cross in its middle, the space bar sets a point there.
  node.addEventListener("keydown", (event) => {
    if (!now || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowLeft: [-PAN, 0], ArrowRight: [PAN, 0], ArrowUp: [0, -PAN], ArrowDown: [0, PAN] }[event.key];
    if (way) map.panBy(way, { animate: false });
    else if (event.key === " ") put(lonLat(map.getCenter()));
    else if (event.key === "Enter") finish();
    else if (event.key === "Backspace") {
      now.points.pop();
      step();
    } else return;
    node.classList.add("aiming");
    if (now && now.points.length) {
      now.cursor = lonLat(map.getCenter());
      draw();
    }
    event.preventDefault();
    event.stopPropagation();
  }, true);
  node.append(el("div", { class: "cross", "aria-hidden": "true" }));

  return { begin, stop, finish, active: () => Boolean(now), pane: "sketch", renderer };
};
