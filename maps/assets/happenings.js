// What there is of events, put together: only where classes of them are served. The parts follow the store.
gridgeo.happenings = (topology, asked, { tree, tiles }, { look, api }) => {
  const { el, both } = gridgeo.dom;
  const { eventwords: words, sought: seeking } = gridgeo;
  const classes = gridgeo.categories(tree, "class");
  const columns = gridgeo.eventmeasures(topology, classes, look);
  const counts = gridgeo.eventcounts(asked, classes);
  const symbols = gridgeo.eventsymbols(look);
  seeking.STATES.forEach((state, order) => document.documentElement.style.setProperty(`--${state}`, look.events[order]));
  const soon = tiles.due_soon; // the part of its time that is left when an event is due soon

  function show(map, store, view, crowd, things, places) {
    const { layer, choose } = gridgeo.events(map, store, view, asked, classes, symbols, crowd, look, tiles.points_from);
    store.watch(["caller", "looked"], (state, before) => state !== before && counts.clear());
    columns.watch(store, counts);
    gridgeo.eventpanel(store, counts, classes, symbols);
    gridgeo.eventcard(topology, store, view, places, asked, { classes, symbols, soon }, { api });
    // Where objects' circles have gone elsewhere, events' see whether they still stand beside them.
    if (things) things.layer.on("told", () => store.get().sought.on && layer.renew());
    const face = (event) => symbols.inText(words.stateOf(event, soon), 6.5, event.grade);
    return { layer, choose, face, classes: () => shown(store), printed: () => printed(store), tool: (tools) => gridgeo.eventtime(store, tools, asked, classes, layer) };
  }

  // For a picture and for paper: the states that are shown, each with its shape.
  function shown(store) {
    const { on, states } = store.get().sought;
    return (on ? seeking.STATES : []).filter((state) => seeking.has(states, state)).map((state) => ({ zh: words.STATES[state][0], en: words.STATES[state][1], symbol: symbols.inText(state, 6) }));
  }

  function printed(store) {
    const rows = shown(store);
    return rows.length ? el("div", { class: "printed-objects" }, el("h2", {}, both("事件", "Events")), el("ul", {}, ...rows.map(({ symbol, zh, en }) => el("li", {}, symbol, both(zh, en))))) : null;
  }

  return { classes, show, section: (store) => gridgeo.eventsection(topology, store, counts, symbols) };
};

// What is to be known before the page is shown; null where it may not be, or cannot.
gridgeo.happenings.asked = (asked) => Promise.all([asked.get("/events/classes"), asked.get("/collections/events/tiles/WebMercatorQuad")])
  .then(([tree, tiles]) => ({ tree: gridgeo.happenings.tree(tree), tiles }), (fault) => (console.warn(fault), null));

// Classes as categories are told.
gridgeo.happenings.tree = ({ majors }) => ({
  majors: majors.map((major) => ({ ...major, minors: major.minors.map((minor) => ({ ...minor, categories: minor.classes.map((one) => ({ ...one, category_id: one.class_id })) })) })),
});
