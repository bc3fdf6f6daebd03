// Files of what is in a drawn area: units as they lie in the page, in further formats and objects from the API.
gridgeo.exporting = (topology, asked) => {
  const { both, el, fill } = gridgeo.dom;
  const { save } = gridgeo.exporting;
  const HEAD = ["code", "name_zh", "name_en", "level", "within", "households", "area_m2", "lon", "lat"];
  // What a format is called, and what it is good for.
  const FORMATS = {
    geojson: ["GeoJSON", "网页、脚本", "the web, scripts"],
    gpkg: ["GPKG", "QGIS 等 GIS 软件", "QGIS and other GIS"],
    csv: ["CSV", "表格、数据库", "tables, databases"],
    shp: ["Shapefile", "ArcGIS，GBK 编码", "ArcGIS, in GBK"],
    xlsx: ["XLSX", "Excel、WPS 表格", "spreadsheets"],
    fgb: ["FlatGeobuf", "数据量大时", "large sets"],
    parquet: ["GeoParquet", "数据分析", "analysis"],
    kml: ["KML", "三维地球", "globes"],
  };
  const ending = (form) => (form === "shp" ? "shp.zip" : form);
  const MOST = 500; // units the service takes by their codes
  const FRACTION = 1e6; // of a degree, as the page has them: a tenth of a metre

  const lon = (x) => Math.round(((x / 256) * 360 - 180) * FRACTION) / FRACTION;
  const lat = (y) => Math.round((Math.atan(Math.sinh(Math.PI * (1 - y / 128))) * 180 * FRACTION) / Math.PI) / FRACTION;

  const rows = ({ whole, part }) => [...whole.map((unit) => [unit, "whole"]), ...part.map((unit) => [unit, "part"])];

  // The rings of a unit, its arcs end to end, outlines counter-clockwise as they were made.
  function rings(unit) {
    const { xy, start } = topology.arcs;
    const arc = (index) => {
      const at = index < 0 ? ~index : index;
      const points = [];
      for (let i = 2 * start[at]; i < 2 * start[at + 1]; i += 2) points.push([lon(xy[i]), lat(xy[i + 1])]);
      return index < 0 ? points.reverse() : points;
    };
    const polygons = unit.polygons.map((polygon) => polygon.map((ring) => ring.reduce((points, index) => [...points, ...arc(index).slice(points.length ? 1 : 0)], [])));
    return polygons.length === 1 ? { type: "Polygon", coordinates: polygons[0] } : { type: "MultiPolygon", coordinates: polygons };
  }

  function facts(unit, level, within) {
    const { code = null, name_zh, name_en = null, household_count: households = null, area_m2 = null, label } = unit.facts;
    return { code, name_zh, name_en, level: level.key, within, households, area_m2, lon: label[0], lat: label[1] };
  }

  function geojson(units, area) {
    const features = rows(units).map(([unit, within]) => ({ type: "Feature", id: unit.ref, properties: facts(unit, units.level, within), geometry: rings(unit) }));
    const { scheme, edition } = topology.about;
    const file = { type: "FeatureCollection", scheme: scheme.key, edition: { id: edition.id, name: edition.name, from: edition.from, to: edition.to }, area: gridgeo.area.polygon(area), features };
    save(new Blob([JSON.stringify(file)], { type: "application/geo+json" }), `${units.level.key}-selected.geojson`);
  }

  function csv(units) {
    const table = rows(units).map(([unit, within]) => Object.values(facts(unit, units.level, within)));
    save(new Blob([gridgeo.lines.csv(HEAD, table, [0])], { type: "text/csv;charset=utf-8" }), `${units.level.key}-selected.csv`);
  }

  // Units by their codes, as many as an address holds; units without codes have no such file.
  function named(units) {
    const codes = rows(units).map(([unit]) => unit.facts.code);
    return codes.length <= MOST && codes.every(Boolean) ? codes : null;
  }

  function grids(form, units, query, said) {
    const asking = new URLSearchParams(query);
    for (const [key, value] of [["f", form], ["level", units.level.key], ["codes", named(units).join()]]) asking.set(key, value);
    return fetched(() => asked.get(`/collections/grids/download?${asking}`, { as: "blob" }), `${units.level.key}-selected.${ending(form)}`, said);
  }

  const objects = (form, area, said) => fetched(() => asked.post(`/objects/download?f=${form}`, gridgeo.area.told(area), { as: "blob" }), `objects-selected.${ending(form)}`, said);

  const button = (text, run) => el("button", { type: "button", class: "ghost-button", onclick: run }, text);

  // Formats that are asked for most as buttons, the others below them, each with what it is good for.
  function row(name, first, more, run) {
    const item = (form) => el("li", {}, button(FORMATS[form][0], () => run(form)), both(...FORMATS[form].slice(1)));
    return el("div", { class: "buttons" }, name, ...first.map((form) => button(FORMATS[form][0], () => run(form))),
      more.length ? el("details", {}, el("summary", {}, both("更多格式", "More formats")), el("ul", {}, ...more.map(item))) : null);
  }

  function ofUnits(units, area, query, said) {
    const served = asked.knows("grids") && asked.allows("grids") && named(units);
    const made = { geojson: () => geojson(units, area), csv: () => csv(units) };
    const run = (form) => (made[form] || (() => grids(form, units, query, said)))();
    return row(both(units.level.zh, units.level.en), served ? ["geojson", "csv", "gpkg"] : ["geojson", "csv"], served ? ["shp", "fgb"] : [], run);
  }

  const ofObjects = (area, said) =>
    row(both("部件", "Objects"), ["geojson", "gpkg", "csv"], ["xlsx", "shp", "fgb", "parquet", "kml"], (form) => objects(form, area, said));

  async function fetched(ask, name, said) {
    fill(said, both("正在准备文件", "Preparing the file"));
    try {
      save(await ask(), name);
      fill(said);
    } catch (fault) {
      fill(said, both(...(fault.words || ["没有取到文件", "The file could not be made"])));
    }
  }

  return { ofUnits, ofObjects };
};

gridgeo.exporting.save = (blob, name) => {
  const address = URL.createObjectURL(blob);
  gridgeo.dom.el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
};
