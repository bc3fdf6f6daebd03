// Puts the page together: reads what is to be shown, loads it, wires the views to the store.
gridgeo.main = (() => {
  const { find } = gridgeo.dom;
  const config = JSON.parse(find("#config").textContent);
  const map = window.planner_map;

  async function load() {
    const inline = find("#topology");
    if (inline) return JSON.parse(inline.textContent);
    const answer = await fetch(config.data);
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return answer.json();
  }

  async function begin() {
    if (!config.data && !find("#topology")) return say("empty");
    say("loading");
    try {
      show(await load());
    } catch (error) {
      console.warn(error);
      say("failed", error.message);
    }
  }

  // The page is one of: loading, empty, failed, ready. What it says in each stands in the page itself.
  function say(state, detail = "") {
    document.body.dataset.state = state;
    find("#failed-detail").textContent = detail;
  }

  function show(text) {
    const topology = gridgeo.topology.decode(text);
    if (!topology.box) return say("empty");
    const asked = gridgeo.address.read(location.hash);
    const store = gridgeo.store(initial(topology, asked));
    const layer = new gridgeo.GridLayer(topology, config.look);
    const sheet = gridgeo.sheet(store);
    const view = gridgeo.view(map, topology, store, () => insets(sheet));
    const current = () => store.get().painting;

    if (asked.view) map.setView([asked.view.lat, asked.view.lon], asked.view.zoom, { animate: false });
    else view.whole(false);
    paint(topology, store, layer);
    layer.addTo(map);
    furnish();
    gridgeo.panel(map, topology, store, view);
    gridgeo.tip(topology, store, current);
    gridgeo.card(topology, store, view, config);
    // A link to a unit goes into it; only now is it known what the card covers.
    if (!asked.view && !asked.level && store.get().selected) view.enter(store.get().selected);
    store.watch(["selected"], ({ selected }) => selected && uncover(selected));
    gridgeo.search(topology, view);
    gridgeo.locate(map, topology, view);
    gridgeo.keyboard(map, topology, store, view);
    gridgeo.printing(map, topology, store, layer, gridgeo.legend(store, current));
    remember(topology, store);
    say("ready");
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("first-map")));
    Object.assign(gridgeo, { shown: { topology, store, layer, view, map } });
  }

  function initial({ about, levels, byId }, asked) {
    const measures = about.measures.map(({ key }) => key);
    return {
      level: levels.some(({ key }) => key === asked.level) ? asked.level : "auto",
      shown: 0,
      measure: measures.includes(asked.measure) ? asked.measure : measures[0],
      method: asked.method === "natural" ? "natural" : "quantile",
      hidden: asked.hidden || [],
      selected: byId.get(asked.unit) || null,
      hovered: null,
      pointer: null,
      painting: null,
    };
  }

  // The painting follows level, measure and method; the layer follows the painting.
  function paint(topology, store, layer) {
    const { measures } = topology.about;
    const made = new Map();
    function painting({ measure: key, shown, method }) {
      const measure = measures.find((one) => one.key === key) || gridgeo.measures.plain(topology.levels);
      const level = gridgeo.measures.paintedLevel(measure, topology.levels, shown);
      const name = [key, level.key, method].join();
      if (!made.has(name)) made.set(name, gridgeo.measures.classify(measure, level, method, config.look));
      return made.get(name);
    }
    store.watch(["measure", "shown", "method"], (state) => store.change({ painting: painting(state) }));
    store.watch(["painting", "shown", "hidden"], ({ painting: now, shown, hidden }, before) => layer.show(now, shown, hidden, before.shown !== shown));
    store.watch(["hovered", "selected"], ({ hovered, selected }) => layer.mark({ hovered, selected }));
  }

  function furnish() {
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 110 }).addTo(map);
    L.control.zoom({ position: "bottomright", zoomInTitle: "放大 Zoom in", zoomOutTitle: "缩小 Zoom out" }).addTo(map);
    find("#north").hidden = false;
  }

  // What was chosen moves out from under the card: on a phone it lies over the map's lower part, else over its right.
  function uncover(unit) {
    const card = find("#card");
    if (!unit.facts.label || !unit.polygons.length) return;
    const { x, y } = map.latLngToContainerPoint([unit.facts.label[1], unit.facts.label[0]]);
    const { offsetLeft: left, offsetTop: top, offsetHeight: height } = card;
    const room = 40;
    if (x < left - room || y < top - room || y > top + height + room) return;
    map.panBy(gridgeo.dom.narrow() ? [0, y - top / 2] : [x - left + 3 * room, 0], { animate: !gridgeo.dom.still() });
  }

  // What panels cover of the map's own element.
  function insets(sheet) {
    const wide = !gridgeo.dom.narrow() && document.body.classList.contains("with-card") && map.getSize().x > 800;
    const bottom = gridgeo.dom.narrow() ? Math.max(sheet.height(), find("#card").offsetHeight) : 0;
    return { left: 0, top: 0, right: wide ? find("#card").offsetWidth + 12 : 0, bottom };
  }

  // The address follows what is shown; a selection is a step one can go back from.
  function remember(topology, store) {
    // Browsers allow about a hundred of these in half a minute: what changes in one go is written once.
    let pending = null, step = false;
    const write = (push) => {
      step = step || push;
      clearTimeout(pending);
      pending = setTimeout(() => {
        const { level, measure, method, hidden, selected } = store.get();
        const { lat, lng } = map.getCenter();
        const hash = gridgeo.address.write({ view: { lat, lon: lng, zoom: map.getZoom() }, level, measure, method, hidden, unit: selected && selected.ref });
        if (hash !== location.hash) history[step ? "pushState" : "replaceState"](null, "", hash);
        step = false;
      }, 120);
    };
    let goingBack = false;
    store.watch(["level", "measure", "method", "hidden"], () => write(false));
    store.watch(["selected"], (state, before) => write(!goingBack && state !== before));
    map.on("moveend", () => write(false));
    window.addEventListener("popstate", () => {
      const asked = gridgeo.address.read(location.hash);
      goingBack = true;
      const { level, measure, method, hidden, selected } = initial(topology, asked);
      store.change({ level, measure, method, hidden, selected });
      goingBack = false;
      if (asked.view) map.setView([asked.view.lat, asked.view.lon], asked.view.zoom, { animate: false });
    });
  }

  for (const select of document.querySelectorAll("select[data-goes]")) {
    select.addEventListener("change", () => location.assign(select.value + location.hash));
  }
  find(".skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address belongs to what is shown
    map.getContainer().focus();
  });
  find("#retry").addEventListener("click", begin);
  find("#about-open").addEventListener("click", () => find("#about").showModal());
  find("#about-close").addEventListener("click", () => find("#about").close());
  begin();
})();
