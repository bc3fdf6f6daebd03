// The planner's tools, wired to the page: which there are depends on what the page can ask for.
gridgeo.toolbox = ({ map, topology, store, view, asked, config }) => {
  const { find } = gridgeo.dom;
  const { look } = config;
  const tools = gridgeo.tools(store);
  const sketch = gridgeo.sketch(map, store, look);
  const exporting = gridgeo.exporting(topology, asked);

  gridgeo.selecting(map, topology, store, view, tools, sketch, look);
  gridgeo.areacard(topology, store, view, asked, config, exporting);
  gridgeo.ruler(map, store, tools, sketch, look);

  tools.add("language", { act: () => store.change({ lang: store.get().lang === "en" ? "zh" : "en" }) });
  store.watch(["lang"], ({ lang }) => {
    find("#toolbar [data-tool=language] b").textContent = lang === "en" ? "中" : "EN";
    tools.redraw();
  });
};

// What of the tools' state the page's address holds, and what it may say.
gridgeo.toolbox.KEPT = ["area", "lang"];
gridgeo.toolbox.initial = (given) => ({
  tool: null,
  busy: false,
  area: gridgeo.area.parse(given.area),
  lang: given.lang || gridgeo.language.kept(),
});
gridgeo.toolbox.written = ({ area, lang }) => ({ area: gridgeo.area.text(area), lang: lang === "en" ? "en" : "" });
