// The map from the keyboard: arrows among neighbours, Enter down, Escape up, / to the search box, + and - to zoom.
gridgeo.keyboard = (map, topology, store, view) => {
  const { find } = gridgeo.dom;
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  // With nothing selected the arrows begin at the unit in the middle of the map.
  function step(way) {
    const { selected, shown } = store.get();
    const begin = selected && selected.rank === shown ? null : view.under(map.getCenter()) || topology.levels[shown].units.find((unit) => unit.polygons.length);
    const next = begin || (selected && view.neighbour(selected, way));
    if (!next) return;
    view.select(next);
    const [lat, lon] = [next.facts.label[1], next.facts.label[0]];
    if (!map.getBounds().pad(-0.15).contains([lat, lon])) map.panTo([lat, lon], { animate: !gridgeo.dom.still() });
  }

  // A drawn area goes before the map goes up, after the card that lies over its own.
  function leave() {
    const { area, selected, place, object, event } = store.get();
    if (area && !selected && !place && !object && !event) store.change({ area: null });
    else view.leave();
  }

  function onMap(event) {
    const { selected } = store.get();
    if (WAYS[event.key]) step(WAYS[event.key]);
    else if (event.key === "Enter" && selected) view.enter(selected);
    else if (event.key === "+" || event.key === "=") map.zoomIn();
    else if (event.key === "-") map.zoomOut();
    else if (event.key === "0") view.whole();
    else return;
    event.preventDefault();
  }

  find("#planner_map").addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) onMap(event);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest("input:not([type=radio]), textarea, select");
    if (event.key === "/" && !typing) {
      find("#search").focus();
      event.preventDefault();
    } else if (event.key === "Escape" && !typing) leave();
  });
  store.watch(["selected"], ({ selected }) => {
    find("#said").textContent = selected ? `${gridgeo.language.name(selected.facts)} ${selected.facts.code || ""}` : "";
  });
};
