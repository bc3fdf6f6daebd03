// Two editions side by side on one map: the earlier left of a divider, the later right of it. The divider is dragged or moved by keys.
gridgeo.swipe = (map, topology, store, layer, look) => {
  const { el, fill } = gridgeo.dom;
  const STEP = 2; // of a hundred
  map.createPane("compared").style.zIndex = 401;
  const node = map.getContainer();
  const divider = el("div", { class: "divider", role: "slider", tabindex: "0", "aria-label": "分割线 Divider", "aria-valuemin": "0", "aria-valuemax": "100", "aria-orientation": "horizontal", hidden: true }, el("i", { "aria-hidden": "true" }));
  const names = [el("p", { class: "side", hidden: true }), el("p", { class: "side right", hidden: true })];
  node.append(divider, ...names);
  let other = null, earlier = false, at = 50, told = null;

  // other: the decoded grids of the other edition; earlier: whether it is the one that goes left.
  function begin(found, isEarlier, labels, where, tell) {
    end();
    [earlier, at, told] = [isEarlier, where, tell];
    other = new gridgeo.GridLayer(found, look);
    other.options.pane = "compared";
    other.addTo(map);
    paint();
    labels.forEach((label, side) => fill(names[side], label));
    for (const one of [divider, ...names]) one.hidden = false;
    map.on("move zoom viewreset resize", clip);
    clip();
  }

  function end() {
    if (!other) return;
    other.remove();
    other = null;
    for (const one of [divider, ...names]) one.hidden = true;
    map.off("move zoom viewreset resize", clip);
    for (const pane of ["overlayPane", "compared"]) map.getPane(pane).style.clipPath = "";
  }

  // The same measure in the same classes, so that one colour means one thing on both sides.
  function paint() {
    if (!other) return;
    const { painting, shown, hidden } = store.get();
    const { levels, about } = other._topology;
    const level = levels.find(({ key }) => key === painting.level.key);
    const measure = about.measures.find(({ key }) => key === painting.measure.key);
    const mine = painting.measure.levels[painting.level.key], theirs = level && measure && measure.levels[level.key];
    const same = theirs ? { ...measure, levels: { [level.key]: { ...theirs, breaks: mine.breaks } } } : gridgeo.measures.plain(levels);
    other.show(gridgeo.measures.classify(same, level || levels.at(-1), store.get().method, look), Math.min(shown, levels.length - 1), hidden, false);
  }

  // Panes have no size of their own and move with the map: their clip is told in the map's layer coordinates.
  function clip() {
    const { x: width, y: height } = map.getSize();
    const from = map.containerPointToLayerPoint([0, 0]), to = map.containerPointToLayerPoint([width, height]);
    const x = from.x + (width * at) / 100;
    const box = (left, right) => `polygon(${[[left, from.y], [right, from.y], [right, to.y], [left, to.y]].map((point) => point.map((value) => `${value}px`).join(" ")).join(",")})`;
    map.getPane(earlier ? "compared" : "overlayPane").style.clipPath = box(from.x, x);
    map.getPane(earlier ? "overlayPane" : "compared").style.clipPath = box(x, to.x);
    divider.style.left = `${at}%`;
    divider.setAttribute("aria-valuenow", String(Math.round(at)));
  }

  function move(to) {
    at = Math.max(0, Math.min(100, to));
    clip();
    told(Math.round(at));
  }

  divider.addEventListener("pointerdown", (event) => {
    divider.setPointerCapture(event.pointerId);
    event.stopPropagation();
  });
  divider.addEventListener("pointermove", (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const { left, width } = node.getBoundingClientRect();
    move((100 * (event.clientX - left)) / width);
  });
  L.DomEvent.disableClickPropagation(divider);
  divider.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP, PageUp: 5 * STEP, PageDown: -5 * STEP, Home: -100, End: 100 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    move(at + by);
  });
  store.watch(["painting", "shown", "hidden"], paint);
  return { begin, end };
};
