// The map's view: which level is shown at which zoom, what lies under the pointer, going down and up.
gridgeo.view = (map, topology, store, insets) => {
  const WIDE = 26; // px: a level is shown from this median size of its units on,
  const SPREAD = 0.4; // of the map: and the units two levels above are as large as this: who enters one sees what it is made of, and sees it large
  const STAY = 0.5; // zooms each level is shown for at least
  const NEAR = 16; // zoom from which single buildings are told apart
  const EDGE = 50; // px
  const { levels } = topology;
  const { still, narrow } = gridgeo.dom;

  const overlays = []; // what lies above the units and answers the pointer before them, the uppermost first

  function reachedAt(rank) {
    const size = (level) => (level && level.size) || 0, { x: width, y: height } = map.getSize();
    if (!size(levels[rank])) return Infinity;
    const spread = size(levels[rank - 2]) && (SPREAD * Math.min(width, height)) / size(levels[rank - 2]);
    return Math.max(Math.log2(Math.max(WIDE / size(levels[rank]), spread)), size(levels[rank - 1]) ? reachedAt(rank - 1) + STAY : -Infinity);
  }

  function levelAt(zoom) {
    let rank = 0;
    for (let lower = 1; lower < levels.length; lower++) if (zoom >= reachedAt(lower)) rank = lower;
    return rank;
  }

  function settle() {
    const { level } = store.get();
    const forced = levels.findIndex((one) => one.key === level);
    store.change({ shown: forced >= 0 ? forced : levelAt(map.getZoom()) });
  }

  const boundsOf = (box) => L.latLngBounds(map.unproject([box[0], box[3]], 0), map.unproject([box[2], box[1]], 0));

  // Bring a box into what the panels leave free of the map, at a zoom between two limits.
  function fit(box, least = map.getMinZoom(), most = 18, animate = !still()) {
    const free = insets();
    const pad = narrow() ? 16 : 36;
    const padding = L.point(free.left + free.right + 2 * pad, free.top + free.bottom + 2 * pad);
    const zoom = Math.min(Math.max(map.getBoundsZoom(boundsOf(box), false, padding), least), most);
    const middle = L.point((box[0] + box[2]) / 2, (box[1] + box[3]) / 2).multiplyBy(2 ** zoom);
    const shift = L.point((free.right - free.left) / 2, (free.bottom - free.top) / 2);
    map.setView(map.unproject(middle.add(shift), zoom), zoom, { animate });
  }

  const whole = (animate) => topology.box && fit(topology.box, undefined, 15, animate);

  // Go into a unit: it fills the view, and the units it is made of are what is shown.
  function enter(unit) {
    if (!unit.polygons.length) return select(unit);
    const below = unit.children.length ? unit.rank + 1 : unit.rank;
    const forced = levels.findIndex((one) => one.key === store.get().level);
    store.change({ ...gridgeo.view.NOTHING, selected: unit, ...(forced >= 0 && forced !== below ? { level: "auto" } : {}) });
    const step = 0.25;
    const least = Math.ceil(reachedAt(below) / step) * step;
    const most = unit.children.length ? Math.max(least, Math.ceil(reachedAt(below + 1) / step) * step - step) : least + 2.5;
    fit(unit.box, below === 0 ? undefined : least, Math.min(most, map.getMaxZoom()));
  }

  function leave() {
    const { selected, place, object, event } = store.get();
    if (place || object || event) return store.change({ place: null, object: null, event: null });
    if (!selected) return whole();
    if (selected.parent) return enter(selected.parent);
    store.change({ selected: null, level: "auto" });
    whole();
  }

  const select = (unit) => store.change({ ...gridgeo.view.NOTHING, selected: unit });

  // Select a unit and bring it into view: one of several fills it, a lowest one is shown among its like.
  function reveal(unit) {
    if (unit.children.length) return enter(unit);
    select(unit);
    if (!unit.polygons.length) return;
    const seen = map.getBounds().pad(-0.05).contains(boundsOf(unit.box));
    const { shown } = store.get();
    if (!seen || shown !== unit.rank) show(unit);
  }

  // The unit among its like: its level shown, it in the middle.
  function show(unit) {
    const least = Math.ceil(reachedAt(unit.rank) * 4) / 4;
    const most = Math.min(map.getMaxZoom(), Math.max(least, Math.ceil(reachedAt(unit.rank + 1) * 4) / 4 - 0.25));
    if (store.get().level !== "auto") store.change({ level: "auto" });
    fit(unit.box, unit.rank === 0 ? undefined : least, Number.isFinite(most) ? Math.min(most, least + 1.5) : least + 1.5);
  }

  // A point into the middle of what is free, near enough to see a building.
  function visit(lon, lat, near = NEAR) {
    const [x, y] = [gridgeo.topology.worldX(lon), gridgeo.topology.worldY(lat)];
    const zoom = Math.max(near, map.getZoom());
    fit([x, y, x, y], zoom, zoom);
  }

  // Whether a point is seen beside the panels, near enough.
  function sees(lon, lat) {
    const free = insets(), size = map.getSize(), { x, y } = map.latLngToContainerPoint([lat, lon]);
    return map.getZoom() >= NEAR && x > EDGE && y > EDGE && x < size.x - free.right - EDGE && y < size.y - free.bottom - EDGE;
  }

  // The box in view as the API is asked for it, near enough; else null.
  function seen(near) {
    const { lng: west, lat: south } = map.getBounds().getSouthWest(), { lng: east, lat: north } = map.getBounds().getNorthEast();
    return map.getZoom() < near ? null : [west, south, east, north].map((value) => value.toFixed(6)).join();
  }

  // Nearer to a box, by two zooms at least: what lies close together comes apart.
  const approach = (box, near = map.getZoom() + 2) => fit(box, Math.min(near, map.getMaxZoom()), map.getMaxZoom());

  function under(latlng) {
    const point = map.project(latlng, 0);
    return gridgeo.topology.at(topology, levels[store.get().shown], point.x, point.y);
  }

  // The neighbour in a direction (unit vector, y to the south): the nearest sharing a border, else the nearest of all.
  function neighbour(unit, [dx, dy]) {
    const from = gridgeo.topology.label(unit);
    const nearest = (others) => {
      let best = null, least = Infinity;
      for (const other of others) {
        const to = other !== unit && gridgeo.topology.label(other);
        if (!to) continue;
        const x = to[0] - from[0], y = to[1] - from[1];
        const along = x * dx + y * dy, aside = Math.abs(x * dy - y * dx);
        if (along <= 0 || aside > along * 1.2) continue;
        if (along + 2 * aside < least) [best, least] = [other, along + 2 * aside];
      }
      return best;
    };
    return from && (nearest(gridgeo.topology.neighbours(topology, unit)) || nearest(levels[unit.rank].units));
  }

  map.on("zoomend", settle);
  map.on("mousemove", (event) => {
    if (store.get().busy) return;
    const taken = overlays.reduce((before, one) => one.point(event, before) || before, false);
    map.getContainer().classList.toggle("aims", taken);
    store.change({ hovered: taken ? null : under(event.latlng), pointer: event.containerPoint });
  });
  map.on("mouseout", () => {
    for (const one of overlays) one.leave();
    store.change({ hovered: null });
  });
  map.on("click", (event) => store.get().busy || overlays.some((one) => one.press(event)) || select(under(event.latlng)));
  map.on("dblclick", (event) => {
    const unit = !store.get().busy && under(event.latlng);
    if (unit) enter(unit);
  });
  store.watch(["level", "edition"], settle);

  return { whole, enter, leave, reveal, neighbour, under, select, visit, approach, sees, seen, above: (overlay) => overlays.unshift(overlay) };
};

// One thing at a time has the card.
gridgeo.view.NOTHING = Object.freeze({ selected: null, place: null, object: null, event: null });
