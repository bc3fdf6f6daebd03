// On a phone the panel is a sheet at the bottom: drag or press its handle, it rests low, half way, or high.
gridgeo.sheet = (store) => {
  const { find, narrow } = gridgeo.dom;
  const panel = find("#panel"), handle = find("#handle");
  const LOW = 132;
  let height = LOW, dragged = null;

  const rests = () => [LOW, Math.round(window.innerHeight * 0.5), Math.round(window.innerHeight * 0.88)];

  function rest(at) {
    height = rests()[at];
    panel.style.setProperty("--sheet", `${height}px`);
    document.body.style.setProperty("--sheet", `${height}px`);
    handle.setAttribute("aria-expanded", String(at > 0));
  }

  handle.addEventListener("pointerdown", (event) => {
    dragged = { y: event.clientY, height, moved: false };
    handle.setPointerCapture(event.pointerId);
    panel.classList.add("dragged");
  });
  handle.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const now = Math.max(LOW, Math.min(rests()[2], dragged.height + dragged.y - event.clientY));
    if (Math.abs(now - dragged.height) > 6) dragged.moved = true;
    height = now;
    panel.style.setProperty("--sheet", `${now}px`);
  });
  handle.addEventListener("pointerup", () => {
    panel.classList.remove("dragged");
    if (dragged && dragged.moved) {
      const [nearest] = rests().map((stop, at) => [Math.abs(stop - height), at]).sort((a, b) => a[0] - b[0]);
      rest(nearest[1]);
      handle.dataset.dragged = "yes"; // the click that follows is the drag's end
    }
    dragged = null;
  });
  handle.addEventListener("click", () => {
    if (handle.dataset.dragged) delete handle.dataset.dragged;
    else rest(height > LOW ? 0 : 1);
  });
  find("#search").addEventListener("focus", () => narrow() && rest(2));
  store.watch(["selected", "place", "object"], ({ selected, place, object }) => narrow() && (selected || place || object) && rest(0));
  rest(0);
  return { height: () => (narrow() ? height : 0) };
};
