// A line of time: a slider, what it says, and a button that plays it. Dragging stops the playing, arrows go a step.
// `of`: label, pause (ms), go(value), step(by) whether there was one, begin() before it plays, waits() while a step is still to be shown.
gridgeo.player = (of) => {
  const { el } = gridgeo.dom;
  const said = el("p", { class: "when", role: "status" });
  const slider = el("input", { type: "range", min: "0", max: "0", step: "1", "aria-label": of.label });
  const button = el("button", { type: "button", class: "play", "aria-pressed": "false", "aria-label": "播放 Play" });
  let playing = null;

  function start() {
    of.begin();
    playing = setInterval(() => of.waits() || of.step(1) || stop(), of.pause);
    pressed(true);
  }

  function stop() {
    clearInterval(playing);
    playing = null;
    pressed(false);
  }

  function pressed(on) {
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", on ? "停止 Stop" : "播放 Play");
  }

  slider.addEventListener("input", () => {
    stop();
    of.go(Number(slider.value));
  });
  slider.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    stop();
    of.step(by);
  });
  button.addEventListener("click", () => (playing ? stop() : start()));
  return { said, slider, button, stop, at: () => Number(slider.value), playing: () => playing !== null };
};
