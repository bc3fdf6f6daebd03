// Events on the map: a layer of their own above the objects, which follows what is sought; the pointer finds what lies on it.
gridgeo.events = (map, store, view, asked, classes, symbols, crowd, look, pointsFrom) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { eventwords: words } = gridgeo;
  const { pick } = gridgeo.language;
  const { NOTHING } = gridgeo.view;
  const { STATES } = gridgeo.sought;
  const TILES = "/collections/events/tiles/WebMercatorQuad";
  const SHARES = ["o", "s", "v", "c"]; // of a circle, in the order of the states
  const SAME = 2; // px: symbols nearer to each other cannot be told apart by pointing
  const NEAR = 18; // zoom from which symbols have signs
  map.createPane("events").style.zIndex = 430;
  const tiles = gridgeo.tiles(asked, TILES, () => layer.renew(), SHARES);
  const kinds = { majors: look.events.map((colour) => ({ colour })), byId: classes.byId };
  const layer = new gridgeo.EventLayer(tiles, gridgeo.scene(kinds, symbols), look, crowd, pointsFrom);
  const note = find("#events-note");

  function open(found) {
    const [first] = found;
    if (first.cluster) return into(first);
    const together = found.filter((one) => !one.cluster && Math.hypot(one.x - first.x, one.y - first.y) <= SAME);
    if (together.length > 1) store.change({ ...NOTHING, event: { several: together.map(({ id, category, status, grade }) => ({ id, category, state: status, grade })) } });
    else choose(first.id);
  }

  const choose = (id) => store.change({ ...NOTHING, event: { id }, sought: Object.freeze({ ...store.get().sought, on: true }) });

  // Nearer to where a circle's events are; where it goes no nearer, they are listed.
  function into({ box, n }) {
    if (n === 1) return view.approach(box, NEAR);
    if (map.getZoom() >= map.getMaxZoom()) return store.change({ ...NOTHING, event: { box: lonLat(box), n } });
    view.approach(box);
  }

  const lonLat = (box) => {
    const [north, south] = [map.unproject([box[0], box[1]], 0), map.unproject([box[2], box[3]], 0)];
    const room = 5e-5; // degrees, five metres: as wide as the finest circles gather
    return [north.lng - room, south.lat - room, south.lng + room, north.lat + room];
  };

  function told({ waiting, fault, found, wanted }) {
    const { on } = store.get().sought;
    note.hidden = !on || (!fault && (waiting > 0 || found > 0 || !wanted));
    if (note.hidden) return;
    if (!fault) fill(note, both("此处没有所选事件", "None of these events here"), button("看全部", "Show all", () => view.whole()));
    else if ([401, 403].includes(fault.status)) fill(note, both("查看事件需要密钥", "Events need a key"), el("button", { type: "button", class: "plain link", "data-opens": "key" }, both("输入密钥", "Enter a key")));
    else fill(note, both("事件未能取到", "Events could not be loaded"), button("重试", "Try again", again));
  }

  const button = (zh, en, onclick) => el("button", { type: "button", class: "plain link", onclick }, both(zh, en));

  function again() {
    tiles.retry();
    layer.renew();
  }

  function describe(one) {
    if (one.cluster) {
      const parts = STATES.map((state, order) => [state, one.parts[order]]).filter(([, n]) => n);
      return [el("b", {}, number(one.n)), " ", both("件事件", "events"),
        el("ul", { class: "shares" }, ...parts.map(([state, n]) => el("li", {}, symbols.inText(state, 5), el("span", {}, pick(...words.STATES[state])), el("span", { class: "count" }, number(n)))))];
    }
    const { zh, en, minor, minor_en } = classes.byId.get(one.category) || { zh: words.UNKNOWN[0], en: words.UNKNOWN[1] };
    return [el("b", {}, both(zh, en)), minor ? el("span", { class: "what" }, pick(minor, minor_en)) : null,
      el("span", { class: "what" }, symbols.inText(one.status, 6.5, one.grade), both(...words.STATES[one.status] || words.STATES.closed)), el("span", { class: "state" }, pick(...words.grade(one.grade)))];
  }

  function want() {
    const { sought } = store.get(), query = gridgeo.sought.asked(sought, classes);
    tiles.choose(query, query !== "");
    layer.choose(sought.on && gridgeo.sought.any(sought));
    document.body.classList.toggle("with-events", sought.on); // objects step back
  }

  view.above(gridgeo.pointing(map, store, layer, describe, open));
  layer.on("told", told);
  store.watch(["sought"], want);
  store.watch(["caller"], (state, before) => {
    if (state === before) return;
    tiles.clear();
    layer.renew();
  });
  store.watch(["looked"], () => {
    tiles.age();
    layer.renew();
  });
  store.watch(["lang"], () => layer.renew());
  store.watch(["event", "story"], ({ event, story }) => {
    const at = event && story && story.lon != null ? story : null;
    layer.mark({ chosen: at });
    // The card lies there with the next frame: only then is it known what it covers.
    if (at) requestAnimationFrame(() => view.sees(at.lon, at.lat) || view.visit(at.lon, at.lat, NEAR));
  });
  layer.addTo(map);
  return { layer, choose };
};

gridgeo.EventLayer = gridgeo.ObjectLayer.extend({
  options: { pane: "events" },

  _initContainer() {
    gridgeo.ObjectLayer.prototype._initContainer.call(this);
    this._container.classList.add("event-layer");
  },
});
