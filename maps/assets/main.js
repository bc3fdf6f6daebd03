// Puts the page together: reads what is to be shown, loads it, wires the views to the store.
gridgeo.main = (() => {
  const { find } = gridgeo.dom;
  const config = JSON.parse(find("#config").textContent);
  const map = window.planner_map;
  const asked = gridgeo.asked(config);

  async function load() {
    const inline = find("#topology");
    if (inline) return JSON.parse(inline.textContent);
    return asked.fetched(config.data);
  }

  // What kinds of managed objects there are; none where none are served, or none may be seen. They are counted in governance's grids.
  async function kinds() {
    const scheme = new URLSearchParams(config.query).get("scheme") || "governance";
    if (!config.objects || scheme !== "governance" || !asked.allows("objects")) return null;
    return Promise.all([asked.get("/categories"), asked.get("/collections/objects/tiles/WebMercatorQuad")])
      .then(([tree, { points_from, filtered_from }]) => ({ ...tree, points_from, filtered_from }))
      .catch((fault) => (console.warn(fault), null));
  }

  // What classes of events there are, likewise.
  async function classesOfEvents() {
    const scheme = new URLSearchParams(config.query).get("scheme") || "governance";
    return config.events && scheme === "governance" && asked.allows("events") ? gridgeo.happenings.asked(asked) : null;
  }

  async function begin() {
    if (!config.data && !find("#topology")) return say("empty");
    say("loading");
    try {
      await asked.resume();
      show(...(await Promise.all([load(), kinds(), classesOfEvents()])));
    } catch (error) {
      console.warn(error);
      say("failed", error.message, error.status === 401 || error.status === 403);
    }
  }

  // The page is one of: loading, empty, failed, ready. What it says in each stands in the page itself.
  function say(state, detail = "", closed = false) {
    document.body.dataset.state = state;
    document.body.classList.toggle("closed", closed);
    find("#failed-detail").textContent = detail;
  }

  function show(text, known, happens) {
    const topology = gridgeo.topology.decode(text);
    if (!topology.box) return say("empty");
    const given = gridgeo.address.read(location.hash);
    const categories = known && gridgeo.categories(known);
    const columns = categories && gridgeo.objectmeasures(topology, categories);
    const happening = happens && gridgeo.happenings(topology, asked, happens, config);
    const store = gridgeo.store(initial(topology, given, categories, happening));
    store.watch(["lang"], ({ lang }) => gridgeo.language.set(lang));
    const layer = new gridgeo.GridLayer(topology, config.look);
    const sheet = gridgeo.sheet(store);
    const view = gridgeo.view(map, topology, store, () => insets(sheet));
    const current = () => store.get().painting;

    if (given.view) map.setView([given.view.lat, given.view.lon], given.view.zoom, { animate: false });
    else view.whole(false);
    paint(topology, store, layer);
    layer.addTo(map);
    furnish();
    gridgeo.panel(map, topology, store, view);
    gridgeo.tip(topology, store, current);
    const crowd = gridgeo.crowd(layer);
    if (categories || happening) gridgeo.fresh(store);
    const things = categories && objects(topology, store, view, crowd.member(), categories, columns);
    const block = config.addresses ? gridgeo.block(asked, config) : null;
    const charge = asked.knows("workers") ? gridgeo.workers(asked, config) : null;
    asked.watch((caller) => store.change({ caller }));
    gridgeo.unitcard(topology, store, view, [charge, happening && happening.section(store), things && things.section, block].filter(Boolean), config);
    const places = config.addresses ? addresses(topology, store, view) : null;
    if (things) gridgeo.objectcard(topology, store, view, places, asked, things, config);
    const events = happening && happening.show(map, store, view, crowd.member(() => store.get().sought.on), things, places);
    const drawn = [things, events].filter(Boolean);
    // A link to a unit goes into it; only now is it known what the card covers.
    if (!given.view && !given.level && store.get().selected) view.enter(store.get().selected);
    store.watch(["selected"], ({ selected }) => selected && uncover(selected));
    gridgeo.toolbox({ map, topology, store, layer, view, asked, config, categories, drawn });
    gridgeo.search(topology, view, places, things, events, asked);
    gridgeo.locate(map, topology, view);
    gridgeo.keyboard(map, topology, store, view);
    gridgeo.printing(map, topology, store, layer, gridgeo.legend(store, current), drawn, () => insets(sheet));
    remember(topology, store, categories, happening);
    say("ready");
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("first-map")));
    Object.assign(gridgeo, { shown: { topology, store, layer, view, map, things, events } });
  }

  // What there is of buildings and houses: only where an address base is served.
  function addresses(topology, store, view) {
    const places = gridgeo.places(store, asked);
    gridgeo.mark(map, store, config.look);
    gridgeo.placecard(topology, store, view, places, asked, config);
    gridgeo.washing(store, asked, places, view, topology);
    store.watch(["place", "told"], ({ place, told }) => {
      const { lon, lat } = told && told.lon != null ? told : place || {};
      if (lon != null && !view.sees(lon, lat)) view.visit(lon, lat);
    });
    return places;
  }

  // What there is of managed objects: only where a tree of categories is served.
  function objects(topology, store, view, crowd, categories, columns) {
    const counts = gridgeo.objectcounts(asked, categories), symbols = gridgeo.symbols(categories, config.look);
    store.watch(["caller", "looked"], (state, before) => state !== before && counts.clear());
    columns.watch(store, counts);
    const drawn = gridgeo.objects(map, store, view, asked, categories, symbols, crowd, config.look);
    gridgeo.layertree(topology, store, counts, categories, symbols);
    return { ...drawn, symbols, categories, section: gridgeo.objectsection(topology, store, counts, categories, symbols) };
  }

  function initial({ about, levels, byId }, given, categories, events) {
    const measures = about.measures.map(({ key }) => key);
    return {
      level: levels.some(({ key }) => key === given.level) ? given.level : "auto",
      shown: 0,
      edition: about.edition.id,
      day: gridgeo.editions.day(config.query),
      measure: measures.includes(given.measure) ? given.measure : measures[0],
      method: given.method === "natural" ? "natural" : "quantile",
      hidden: given.hidden || [],
      selected: (!given.place && !(categories && given.object) && !(events && given.event) && byId.get(given.unit)) || null,
      place: config.addresses && given.place ? { kind: given.place.length === 25 ? "house" : "building", code: given.place } : null,
      told: null,
      object: categories && given.object ? { id: given.object } : null,
      thing: null,
      event: events && given.event ? { id: given.event } : null,
      story: null,
      sought: events ? gridgeo.sought.parse(given, events.classes) : gridgeo.sought.ALL,
      chosen: categories ? categories.read(given.layers) : null,
      columns: 0,
      looked: 0,
      caller: null,
      hovered: null,
      pointer: null,
      painting: null,
      ...gridgeo.toolbox.initial(given),
    };
  }

  // The painting follows level, measure and method; the layer follows the painting.
  function paint(topology, store, layer) {
    const { measures } = topology.about;
    const made = new Map();
    function painting({ measure: key, shown, method, columns, edition, painting: before }) {
      const measure = measures.find((one) => one.key === key) || gridgeo.measures.plain(topology.levels);
      // Values that are still to come: the map stays as it is.
      if (measure.live && !measure.levels[measure.only || topology.levels[shown].key]) return before || gridgeo.measures.classify(gridgeo.measures.plain(topology.levels), topology.levels[shown], method, config.look);
      const level = gridgeo.measures.paintedLevel(measure, topology.levels, shown);
      const name = [key, level.key, method, edition, measure.live && columns].join();
      if (!made.has(name)) made.set(name, gridgeo.measures.classify(measure, level, method, config.look));
      return made.get(name);
    }
    store.watch(["measure", "shown", "method", "columns", "edition"], (state) => store.change({ painting: painting(state) }));
    store.watch(["painting", "shown", "hidden"], ({ painting: now, shown, hidden }, before) => layer.show(now, shown, hidden, before.shown !== shown));
    store.watch(["lang"], () => layer.refresh());
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
    const room = 40, low = gridgeo.dom.narrow() || top > map.getSize().y / 3;
    if (x < left - room || y < top - room || y > top + height + room) return;
    map.panBy(low ? [0, y - top / 2] : [x - left + 3 * room, 0], { animate: !gridgeo.dom.still() });
  }

  // What panels cover of the map's own element.
  function insets(sheet) {
    const wide = !gridgeo.dom.narrow() && document.body.classList.contains("with-card") && map.getSize().x > 800;
    const drawer = document.body.classList.contains("with-wash") ? find("#wash").offsetHeight + 14 : 0;
    const bottom = Math.max(drawer, gridgeo.dom.narrow() ? Math.max(sheet.height(), find("#card").offsetHeight) : 0);
    return { left: 0, top: gridgeo.dom.narrow() ? find("#toolbar").offsetHeight : 0, right: wide ? find("#card").offsetWidth + 12 : 0, bottom };
  }

  // The address follows what is shown; a selection is a step one can go back from.
  function remember(topology, store, categories, events) {
    // Browsers allow about a hundred of these in half a minute: what changes in one go is written once.
    let pending = null, step = false;
    const write = (push) => {
      step = step || push;
      clearTimeout(pending);
      pending = setTimeout(() => {
        const { level, measure, method, hidden, selected, place, object, event, sought, chosen } = store.get();
        const more = { ...(events ? gridgeo.sought.written(sought, events.classes) : {}), ...gridgeo.toolbox.written(store.get()) };
        const { lat, lng } = map.getCenter();
        const hash = gridgeo.address.write({ view: { lat, lon: lng, zoom: map.getZoom() }, level, measure, method, hidden, unit: selected && selected.ref, place: place && place.code, object: object && object.id, event: event && event.id, layers: categories && categories.write(chosen), more });
        if (hash !== location.hash) history[step ? "pushState" : "replaceState"](null, "", hash);
        step = false;
      }, 120);
    };
    let goingBack = false;
    store.watch(["level", "measure", "method", "hidden", "chosen", "sought", ...gridgeo.toolbox.KEPT], () => write(false));
    store.watch(["selected", "place", "object", "event"], (state, before) => write(!goingBack && state !== before));
    map.on("moveend", () => write(false));
    window.addEventListener("popstate", () => {
      const given = gridgeo.address.read(location.hash);
      goingBack = true;
      const { level, measure, method, hidden, selected, place, object, event, sought, chosen } = initial(topology, given, categories, events);
      const same = store.get().place && place && store.get().place.code === place.code;
      const tooled = Object.fromEntries(gridgeo.toolbox.KEPT.map((key) => [key, gridgeo.toolbox.initial(given)[key]]));
      store.change({ ...tooled, level, measure, method, hidden, selected, place: same ? store.get().place : place, object, event, sought, chosen });
      goingBack = false;
      if (given.view) map.setView([given.view.lat, given.view.lon], given.view.zoom, { animate: false });
    });
  }

  for (const select of document.querySelectorAll("select[data-goes]")) {
    select.addEventListener("change", () => location.assign(select.value + location.hash));
  }
  find(".skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address belongs to what is shown
    map.getContainer().focus();
  });
  if (find("#key")) {
    gridgeo.key(asked);
    asked.watch((caller) => caller && document.body.dataset.state === "failed" && begin());
  }
  find("#retry").addEventListener("click", begin);
  find("#about-open").addEventListener("click", () => find("#about").showModal());
  find("#about-close").addEventListener("click", () => find("#about").close());
  begin();
})();
