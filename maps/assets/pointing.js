// The pointer over a layer of things: what it is on is ringed and told, what is pressed opens.
gridgeo.pointing = (map, store, layer, describe, open) => {
  const { find, fill } = gridgeo.dom;
  const TOUCH = 12, POINTER = 3; // px beside a symbol that still mean it
  const tip = find("#tip");
  let mine = false; // whether the tip is of ours

  // Whether something is under the pointer; where something above has it already, nothing is.
  function point(event, taken) {
    const [aimed = null] = taken ? [] : layer.under(event.containerPoint);
    layer.mark({ hovered: aimed });
    if (taken) return (mine = false);
    if (!aimed) return shut();
    store.change({ hovered: null, pointer: event.containerPoint }); // the units' own tip goes first
    fill(tip, ...describe(aimed));
    tip.hidden = false;
    mine = true;
    gridgeo.tip.place(tip, event.containerPoint);
    return true;
  }

  // Only our own tip is ours to close.
  function shut() {
    if (mine) tip.hidden = true;
    return (mine = false);
  }

  function press(event) {
    const found = layer.under(event.containerPoint, event.originalEvent && event.originalEvent.pointerType === "touch" ? TOUCH : POINTER);
    if (found.length) open(found);
    return found.length > 0;
  }

  function leave() {
    layer.mark({ hovered: null });
    shut();
  }

  map.on("zoomstart", leave); // what was under the pointer is there no more
  return { point, press, leave };
};
