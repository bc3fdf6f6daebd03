// On paper: the same view with title, legend, scale, north, date, source and edition, and no panels.
gridgeo.printing = (map, topology, store, layer, legend, drawn, insets) => {
  const { find, el, both, fill } = gridgeo.dom;
  const PAPERS = { a4: [281, 172], a3: [404, 259] }; // mm: landscape, less margins, heading and foot
  const MM = 96 / 25.4;
  const PATIENCE = 10000; // ms that objects and events in view may take to come
  let before = null;

  function prepare() {
    if (before) return;
    const paper = document.documentElement.classList.contains("a3") ? "a3" : "a4";
    before = { center: map.getCenter(), zoom: map.getZoom() };
    const seen = free();
    document.documentElement.classList.add("printing");
    const node = map.getContainer();
    const [width, height] = PAPERS[paper].map((mm) => Math.floor(mm * MM));
    node.style.width = `${width}px`;
    node.style.height = `${height}px`;
    map.invalidateSize({ animate: false, pan: false });
    // What was on the screen beside the panels is on the paper beside the legend.
    const taken = find("#print-legend").offsetLeft + find("#print-legend").offsetWidth;
    const zoom = before.zoom + Math.floor(4 * Math.log2(Math.min((width - taken) / seen.width, height / seen.height))) / 4;
    map.setView(map.unproject(map.project(seen.middle, zoom).subtract([taken / 2, 0]), zoom), zoom, { animate: false });
    layer.mark({ hovered: null });
    layer.sharpen(paper === "a3" ? 2 : 2.5);
    for (const one of drawn) one.layer.sharpen(2);
    furnish();
  }

  // What of the map no panel covers: its size in px, and its middle.
  function free() {
    const { left, top, right, bottom } = insets(), { x, y } = map.getSize();
    const middle = map.containerPointToLatLng([(left + x - right) / 2, (top + y - bottom) / 2]);
    return { width: Math.max(x - left - right, 1), height: Math.max(y - top - bottom, 1), middle };
  }

  function furnish() {
    const { zh, en } = gridgeo.captions.title(topology);
    const bar = gridgeo.captions.bar(map, 50 * MM);
    fill(find("#print-title"), el("h1", {}, zh, el("small", { lang: "en" }, en)));
    fill(find("#print-legend"), legend.printed(), ...drawn.map((one) => one.printed()));
    fill(find("#print-scale"), el("i", { width: `${bar.width}px` }), el("span", {}, bar.text));
    fill(find("#print-foot"), ...gridgeo.captions.foot(topology, store.get()).map(([name, english, text]) => el("span", {}, both(name, english), ` ${text}`)), el("span", {}, "CGCS2000 · Web Mercator"));
  }

  function restore() {
    if (!before) return;
    document.documentElement.classList.remove("printing");
    map.getContainer().style.width = map.getContainer().style.height = "";
    for (const one of [layer, ...drawn.map((one) => one.layer)]) one.sharpen(null);
    map.invalidateSize({ animate: false, pan: false });
    map.setView(before.center, before.zoom, { animate: false });
    before = null;
  }

  // What is to be on the paper is there before the browser is asked to print; its own command cannot wait.
  async function print() {
    prepare();
    await Promise.all(drawn.map((one) => one.layer.settled(PATIENCE)));
    window.print();
  }

  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
  for (const button of document.querySelectorAll("[data-paper]")) {
    button.addEventListener("click", () => {
      document.documentElement.classList.toggle("a3", button.dataset.paper === "a3");
      print();
    });
  }
};
