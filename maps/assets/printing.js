// On paper: the same view with title, legend, scale, north, date, source and edition, and no panels.
gridgeo.printing = (map, topology, store, layer, legend, things) => {
  const { find, el, both, fill } = gridgeo.dom;
  const PAPERS = { a4: [281, 172], a3: [404, 259] }; // mm: landscape, less margins, heading and foot
  const MM = 96 / 25.4;
  const PATIENCE = 10000; // ms that objects in view may take to come
  let before = null;

  function prepare() {
    if (before) return;
    const paper = document.documentElement.classList.contains("a3") ? "a3" : "a4";
    before = { center: map.getCenter(), zoom: map.getZoom(), size: map.getSize() };
    document.documentElement.classList.add("printing");
    const node = map.getContainer();
    const [width, height] = PAPERS[paper].map((mm) => Math.floor(mm * MM));
    node.style.width = `${width}px`;
    node.style.height = `${height}px`;
    map.invalidateSize({ animate: false, pan: false });
    // What was on the screen is on the paper.
    const grown = Math.log2(Math.min(width / before.size.x, height / before.size.y));
    map.setView(before.center, before.zoom + Math.floor(grown * 4) / 4, { animate: false });
    layer.mark({ hovered: null });
    layer.sharpen(paper === "a3" ? 2 : 2.5);
    if (things) things.layer.sharpen(2);
    furnish();
  }

  function furnish() {
    const { zh, en } = gridgeo.captions.title(topology);
    const bar = gridgeo.captions.bar(map, 50 * MM);
    fill(find("#print-title"), el("h1", {}, zh, el("small", { lang: "en" }, en)));
    fill(find("#print-legend"), legend.printed(), things && things.printed());
    fill(find("#print-scale"), el("i", { width: `${bar.width}px` }), el("span", {}, bar.text));
    fill(find("#print-foot"), ...gridgeo.captions.foot(topology, store.get()).map(([name, english, text]) => el("span", {}, both(name, english), ` ${text}`)), el("span", {}, "CGCS2000 · Web Mercator"));
  }

  function restore() {
    if (!before) return;
    document.documentElement.classList.remove("printing");
    map.getContainer().style.width = map.getContainer().style.height = "";
    for (const one of [layer, things && things.layer]) if (one) one.sharpen(null);
    map.invalidateSize({ animate: false, pan: false });
    map.setView(before.center, before.zoom, { animate: false });
    before = null;
  }

  // What is to be on the paper is there before the browser is asked to print; its own command cannot wait.
  async function print() {
    prepare();
    if (things) await things.layer.settled(PATIENCE);
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
