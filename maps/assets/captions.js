// What stands about a map that leaves the screen, on paper or as a picture: title, edition and source, the scale's bar.
gridgeo.captions = (() => {
  function title({ levels, about }) {
    const top = levels[0].units.length === 1 ? levels[0].units[0].facts : { name_zh: about.scheme.zh, name_en: about.scheme.en };
    return { zh: `${top.name_zh}网格图`, en: top.name_en ? `Grids of ${top.name_en}` : "Map of grids" };
  }

  // Rows of names and a text; what is not known is not told.
  function foot({ about: { edition } }, { selected }) {
    const period = edition.from ? `${edition.from} – ${edition.to || gridgeo.language.pick("今 now", "now")}` : gridgeo.language.pick("草案 draft", "draft");
    return [
      selected && ["所选", "Selected", `${gridgeo.language.name(selected.facts)} ${selected.facts.code || ""}`],
      ["版本", "Edition", `${edition.name}（${period}）`],
      edition.authority && ["发布", "Authority", edition.authority],
      edition.source && ["来源", "Source", edition.source],
      ["制图", "Printed", new Date().toLocaleDateString("sv-SE")],
    ].filter(Boolean);
  }

  // A round length that takes at most so many pixels, in the map's middle latitude.
  function bar(map, pixels) {
    const middle = map.getSize().divideBy(2);
    const metres = map.distance(map.containerPointToLatLng(middle), map.containerPointToLatLng(middle.add([100, 0]))) / 100;
    const most = metres * pixels;
    const power = 10 ** Math.floor(Math.log10(most));
    const length = [5, 2, 1].map((digit) => digit * power).find((round) => round <= most);
    return { width: length / metres, text: length >= 1000 ? `${length / 1000} km` : `${length} m` };
  }

  return { title, foot, bar };
})();
