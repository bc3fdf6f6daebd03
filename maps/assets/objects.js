// Managed objects on the map: the layer follows what is chosen, the pointer finds what lies on it, and states are told.
gridgeo.objects = (map, store, view, asked, categories, symbols, grids, look) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { words } = gridgeo;
  const { pick } = gridgeo.language;
  const { NOTHING } = gridgeo.view;
  const TILES = "/collections/objects/tiles/WebMercatorQuad";
  const SAME = 2; // px: symbols nearer to each other cannot be told apart by pointing
  const NEAR = 18; // zoom from which symbols have signs
  const PATIENCE = 400; // ms of waiting before it is told
  map.createPane("objects").style.zIndex = 420;
  const tiles = gridgeo.tiles(asked, TILES, () => layer.renew());
  const layer = new gridgeo.ObjectLayer(tiles, gridgeo.scene(categories, symbols), look, grids, categories.pointsFrom);
  const note = find("#objects-note"), bar = find("#objects-bar");
  const outline = L.layerGroup().addTo(map);
  const OUTLINE = { color: look.accent, weight: 2.5, fillColor: look.accent, fillOpacity: 0.15, interactive: false };
  let slow = null;

  // One object is chosen; several where they lie on one another, and one is to be picked from a list.
  function open(found) {
    const [first] = found;
    if (first.cluster) return into(first);
    const together = found.filter((one) => !one.cluster && Math.hypot(one.x - first.x, one.y - first.y) <= SAME);
    if (together.length > 1) store.change({ ...NOTHING, object: { several: together.map(({ id, category, status, name }) => ({ id, category, status, name })) } });
    else choose(first.id);
  }

  const choose = (id) => store.change({ ...NOTHING, object: { id } });

  // Nearer to where a circle's objects are; where it goes no nearer, they are listed.
  function into({ box, n }) {
    if (n === 1) return view.approach(box, NEAR);
    if (map.getZoom() >= map.getMaxZoom()) return store.change({ ...NOTHING, object: { box: lonLat(box), n } });
    view.approach(box);
  }

  const lonLat = (box) => {
    const [north, south] = [map.unproject([box[0], box[1]], 0), map.unproject([box[2], box[3]], 0)];
    const room = 5e-5; // degrees, five metres: as wide as the finest circles gather
    return [north.lng - room, south.lat - room, south.lng + room, north.lat + room];
  };

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
    if (fault) return say(...refused(fault));
    const { day } = store.get(), when = then() ? [`${day} `, ` on ${day}`] : ["", ""];
    if (!waiting && wanted && !found) return say(both(`${when[0]}此处没有部件`, `No objects here${when[1]}`), button("看全部", "Show all", () => view.whole()));
    if (wanted && day) return say(...dated(day));
    note.hidden = true;
  }

  function dated(day) {
    if (then()) return [both(`部件为 ${day} 的情况`, `Objects as of ${day}`)];
    return [both(`图上为今日部件，放大可看 ${day} 的`, `Today's objects: zoom in for those of ${day}`), button("放大", "Zoom in", () => map.setZoom(categories.filteredFrom + 1))];
  }

  function say(...said) {
    fill(note, ...said);
    note.hidden = false;
  }

  const button = (zh, en, onclick) => el("button", { type: "button", class: "plain link", onclick }, both(zh, en));

  function refused(fault) {
    if ([401, 403].includes(fault.status)) return [both("查看部件需要密钥", "Objects need a key"), el("button", { type: "button", class: "plain link", "data-opens": "key" }, both("输入密钥", "Enter a key"))];
    return [both("部件未能取到", "Objects could not be loaded"), button("重试", "Try again", again)];
  }

  function again() {
    tiles.retry();
    layer.renew();
  }

  function describe(one) {
    if (one.cluster) {
      const parts = categories.majors.map((major, order) => [major, one.parts[order]]).filter(([, n]) => n);
      return [el("b", {}, number(one.n)), " ", both("个部件", "objects"),
        el("ul", { class: "shares" }, ...parts.map(([major, n]) => el("li", {}, symbols.inText({ ...major.leaves[0], colour: major.colour, sign: " " }, 5), el("span", {}, pick(major.zh, major.en)), el("span", { class: "count" }, number(n)))))];
    }
    const category = categories.byId.get(one.category) || {};
    return [el("b", {}, one.name || both(category.zh || "?", category.en)),
      el("span", { class: "what" }, symbols.inText(category), [pick(category.minor, category.minor_en), pick(category.zh, category.en)].filter(Boolean).join(" · ")),
      el("span", { class: "state" }, both(...words.of(words.OBJECT_STATUSES, one.status)))];
  }

  view.above(gridgeo.pointing(map, store, layer, describe, open));
  layer.on("told", told);
  grids.on("named", () => layer.renew());
  store.watch(["chosen", "day"], ({ chosen }) => {
    want();
    layer.choose(chosen === null || chosen.length > 0);
  });
  map.on("zoomend", want); // before the layer is drawn at its new zoom
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
  store.watch(["object", "thing"], ({ object, thing }) => {
    const at = object && thing && thing.lon != null ? thing : null;
    layer.mark({ chosen: at });
    outline.clearLayers();
    if (at && at.shape && at.shape.type !== "Point") outline.addLayer(L.geoJSON(at.shape, { style: () => OUTLINE, interactive: false }));
    // The card lies there with the next frame: only then is it known what it covers.
    if (at) requestAnimationFrame(() => view.sees(at.lon, at.lat) || view.visit(at.lon, at.lat, NEAR));
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
  return { layer, choose, classes, printed };
};
