// On paper: the same view with title, legend, scale, north, date, source and edition, and no panels.
gridgeo.printing = (map, topology, store, layer, legend) => {
  const { find, el, both, fill } = gridgeo.dom;
  const PAPERS = { a4: [281, 172], a3: [404, 259] }; // mm: landscape, less margins, heading and foot
  const MM = 96 / 25.4;
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
    furnish();
  }

  function furnish() {
    const { edition } = topology.about;
    const { selected } = store.get();
    const top = topology.levels[0].units.length === 1 ? topology.levels[0].units[0].facts : { name_zh: topology.about.scheme.zh, name_en: topology.about.scheme.en };
    const period = edition.from ? `${edition.from} – ${edition.to || "今 now"}` : "草案 draft";
    fill(find("#print-title"), el("h1", {}, `${top.name_zh}网格图`, el("small", { lang: "en" }, top.name_en ? `Grids of ${top.name_en}` : "Map of grids")));
    fill(find("#print-legend"), legend.printed());
    fill(find("#print-scale"), ...scaleBar());
    fill(find("#print-foot"),
      selected ? el("span", {}, both("所选", "Selected"), ` ${selected.facts.name_zh} ${selected.facts.code || ""}`) : null,
      el("span", {}, both("版本", "Edition"), ` ${edition.name}（${period}）`),
      edition.authority ? el("span", {}, both("发布", "Authority"), ` ${edition.authority}`) : null,
      edition.source ? el("span", {}, both("来源", "Source"), ` ${edition.source}`) : null,
      el("span", {}, both("制图", "Printed"), ` ${new Date().toLocaleDateString("sv-SE")}`),
      el("span", {}, "CGCS2000 · Web Mercator"));
  }

  // A bar of a round length between 2 and 5 cm, in the map's middle latitude.
  function scaleBar() {
    const middle = map.getSize().divideBy(2);
    const metres = map.distance(map.containerPointToLatLng(middle), map.containerPointToLatLng(middle.add([100, 0]))) / 100;
    const most = metres * 50 * MM;
    const power = 10 ** Math.floor(Math.log10(most));
    const length = [5, 2, 1].map((digit) => digit * power).find((round) => round <= most);
    return [el("i", { width: `${length / metres}px` }), el("span", {}, length >= 1000 ? `${length / 1000} km` : `${length} m`)];
  }

  function restore() {
    if (!before) return;
    document.documentElement.classList.remove("printing");
    map.getContainer().style.width = map.getContainer().style.height = "";
    layer.sharpen(null);
    map.invalidateSize({ animate: false, pan: false });
    map.setView(before.center, before.zoom, { animate: false });
    before = null;
  }

  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
  for (const button of document.querySelectorAll("[data-paper]")) {
    button.addEventListener("click", () => {
      document.documentElement.classList.toggle("a3", button.dataset.paper === "a3");
      window.print();
    });
  }
};
