// The planner's tools, wired to the page: which there are depends on what the page can ask for.
gridgeo.toolbox = ({ map, topology, store, layer, view, asked, config, categories, drawn }) => {
  const { find } = gridgeo.dom;
  const { look } = config;
  const tools = gridgeo.tools(store);
  const sketch = gridgeo.sketch(map, store, look);
  const exporting = gridgeo.exporting(topology, asked);

  gridgeo.selecting(map, topology, store, view, tools, sketch, look);
  gridgeo.areacard(map, topology, store, view, asked, config, exporting, categories);
  gridgeo.ruler(map, store, tools, sketch, look);
  if (config.editions) dated();
  else store.change({ compare: null });
  gridgeo.picture(map, topology, store, layer, tools, look, drawn);
  for (const one of drawn) if (one.tool) one.tool(tools);
  if (config.basemaps) gridgeo.basemaps(map, store, tools, config.basemaps);

  function dated() {
    const editions = gridgeo.editions(topology, store, asked, config);
    gridgeo.compare(map, topology, store, asked, tools, editions, layer, look);
    gridgeo.timeline(store, tools, editions);
  }

  tools.add("language", { act: () => store.change({ lang: store.get().lang === "en" ? "zh" : "en" }) });
  store.watch(["lang"], ({ lang }) => {
    find("#toolbar [data-tool=language] b").textContent = lang === "en" ? "中" : "EN";
    tools.redraw();
  });
};

// What of the tools' state the page's address holds, and what it may say.
gridgeo.toolbox.KEPT = ["area", "compare", "base", "lang"];
gridgeo.toolbox.initial = ({ area, compare, base, lang }) => ({
  tool: null,
  busy: false,
  area: gridgeo.area.parse(area),
  compare: gridgeo.compare.parse(compare),
  base: base || null,
  lang: lang || gridgeo.language.kept(),
});
gridgeo.toolbox.written = ({ area, compare, base, lang }) => ({
  area: gridgeo.area.text(area),
  compare: gridgeo.compare.text(compare),
  base: base ? encodeURIComponent(base) : "",
  lang: lang === "en" ? "en" : "",
});
