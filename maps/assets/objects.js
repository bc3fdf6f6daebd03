// Managed objects on the map: the layer follows what is chosen, the pointer finds what lies on it, and states are told.
gridgeo.objects = (map, store, view, asked, categories, symbols, crowd, look) => {
  const { find, el, both } = gridgeo.dom;
  const { words } = gridgeo;
  const { pick } = gridgeo.language;
  const TILES = "/collections/objects/tiles/WebMercatorQuad";
  const PATIENCE = 400; // ms of waiting before it is told
  map.createPane("objects").style.zIndex = 420;
  const tiles = gridgeo.tiles(asked, TILES, () => layer.renew());
  const layer = new gridgeo.ObjectLayer(tiles, gridgeo.scene(categories, symbols), look, crowd, categories.pointsFrom);
  const things = gridgeo.things(map, store, view, { chosen: "object", known: "thing", zh: "部件", en: "Objects", tiles, layer, note: find("#objects-note"), crowd, describe });
  const bar = find("#objects-bar");
  const outline = L.layerGroup().addTo(map);
  const OUTLINE = { color: look.accent, weight: 2.5, fillColor: look.accent, fillOpacity: 0.15, interactive: false };
  let slow = null;

  // The tiles that are wanted: of what is chosen and, near enough, of the day that is shown.
  function want() {
    const { chosen, day } = store.get();
    tiles.choose([categories.asked(chosen), then() && `datetime=${day}`].filter(Boolean).join("&"), chosen !== null);
  }

  // Whether objects are shown as they were: there are no tiles of the past farther out.
  const then = () => store.get().day !== null && layer.zoomOf(map.getZoom()) >= categories.filteredFrom;

  function told({ waiting, fault, found, wanted }) {
    clearTimeout(slow);
    bar.hidden = bar.hidden || !waiting;
    if (waiting) slow = setTimeout(() => (bar.hidden = false), PATIENCE);
    if (fault) return things.refused(fault);
    const { day } = store.get(), when = then() ? [`${day} `, ` on ${day}`] : ["", ""];
    if (!waiting && wanted && !found) return things.none(`${when[0]}此处没有部件`, `No objects here${when[1]}`);
    things.say(...(wanted && day ? dated(day) : []));
  }

  function dated(day) {
    if (then()) return [both(`部件为 ${day} 的情况`, `Objects as of ${day}`)];
    return [both(`图上为今日部件，放大可看 ${day} 的`, `Today's objects: zoom in for those of ${day}`), things.button("放大", "Zoom in", () => map.setZoom(categories.filteredFrom + 1))];
  }

  function describe(one) {
    if (one.cluster) {
      const symbol = (major) => () => symbols.inText({ ...major.leaves[0], colour: major.colour, sign: " " }, 5);
      return things.shares(one.n, "个", categories.majors.map((major, order) => [symbol(major), pick(major.zh, major.en), one.parts[order]]));
    }
    const category = categories.byId.get(one.category) || {};
    return [el("b", {}, one.name || both(category.zh || "?", category.en)),
      el("span", { class: "what" }, symbols.inText(category), [pick(category.minor, category.minor_en), pick(category.zh, category.en)].filter(Boolean).join(" · ")),
      el("span", { class: "state" }, both(...words.of(words.OBJECT_STATUSES, one.status)))];
  }

  layer.on("told", told);
  store.watch(["chosen", "day"], ({ chosen }) => {
    want();
    layer.choose(chosen === null || chosen.length > 0);
  });
  map.on("zoomend", want); // before the layer is drawn at its new zoom
  store.watch(["object", "thing"], ({ object, thing }) => {
    const shape = object && thing && thing.shape;
    outline.clearLayers();
    if (shape && shape.type !== "Point") outline.addLayer(L.geoJSON(shape, { style: () => OUTLINE, interactive: false }));
  });

  // The classes that are shown, each with its shape.
  function classes() {
    const { chosen } = store.get();
    return categories.majors.filter(({ leaves }) => leaves.some((leaf) => categories.has(chosen, leaf.id)))
      .map(({ zh, en, ...major }) => ({ zh, en, symbol: symbols.inText(gridgeo.layertree.face({ zh, en, ...major }), 6) }));
  }

  // For paper: under what the legend says of the units.
  function printed() {
    const { chosen } = store.get(), shown = classes();
    if (!shown.length) return null;
    const all = chosen === null ? null : pick(`${chosen.length} / ${categories.ids.length} 类`, `${chosen.length} of ${categories.ids.length} categories`);
    return el("div", { class: "printed-objects" }, el("h2", {}, both("部件", "Objects")), all ? el("p", { class: "note" }, all) : null,
      el("ul", {}, ...shown.map(({ symbol, zh, en }) => el("li", {}, symbol, both(zh, en)))));
  }

  layer.addTo(map);
  return { layer, choose: things.choose, classes, printed };
};
