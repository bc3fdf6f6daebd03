// Events on the map: a layer of their own above the objects, which follows what is sought; the pointer finds what lies on it.
gridgeo.events = (map, store, view, asked, classes, symbols, crowd, look, pointsFrom) => {
  const { find, el, both } = gridgeo.dom;
  const { eventwords: words } = gridgeo;
  const { pick } = gridgeo.language;
  const { STATES } = gridgeo.sought;
  const TILES = "/collections/events/tiles/WebMercatorQuad";
  const SHARES = ["o", "s", "v", "c"]; // of a circle, in the order of the states
  map.createPane("events").style.zIndex = 430;
  const tiles = gridgeo.tiles(asked, TILES, () => layer.renew(), SHARES);
  const kinds = { majors: look.events.map((colour) => ({ colour })), byId: classes.byId };
  const layer = new gridgeo.EventLayer(tiles, gridgeo.scene(kinds, symbols), look, crowd, pointsFrom);
  const opening = () => (store.get().sought.on ? {} : { sought: Object.freeze({ ...store.get().sought, on: true }) });
  const things = gridgeo.things(map, store, view, { chosen: "event", known: "story", zh: "事件", en: "Events", tiles, layer, note: find("#events-note"), crowd, describe, opening });

  function told({ waiting, fault, found, wanted }) {
    if (!store.get().sought.on) things.say();
    else if (fault) things.refused(fault);
    else if (!waiting && wanted && !found) things.none("此处没有所选事件", "None of these events here");
    else things.say();
  }

  function describe(one) {
    if (one.cluster) return things.shares(one.n, "件", STATES.map((state, order) => [() => symbols.inText(state, 5), pick(...words.STATES[state]), one.parts[order]]));
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

  layer.on("told", told);
  store.watch(["sought"], want);
  layer.addTo(map);
  return { layer, choose: things.choose };
};

gridgeo.EventLayer = gridgeo.ObjectLayer.extend({
  options: { pane: "events" },

  _initContainer() {
    gridgeo.ObjectLayer.prototype._initContainer.call(this);
    this._container.classList.add("event-layer");
  },
});
