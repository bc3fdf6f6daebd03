// Base maps: tiles of the servers that are configured, none until one is chosen. Tiles drawn in GCJ-02 are moved, each by
// what its own middle is off by (of a tile less than half a pixel is then left); the data are never moved.
gridgeo.ShiftedTiles = L.TileLayer.extend({
  // Where the middle of a tile really is, less where it says it is, in pixels of its zoom.
  _shift({ x, y, z }) {
    const map = this._map, size = this.getTileSize();
    const said = L.point(x + 0.5, y + 0.5).scaleBy(size);
    const { lat, lng } = map.unproject(said, z);
    const [lon, north] = gridgeo.gcj02.inverse(lng, lat);
    return map.project([north, lon], z).subtract(said);
  },

  _getTilePos(coords) {
    return L.TileLayer.prototype._getTilePos.call(this, coords).add(this._shift({ ...coords, z: this._tileZoom }).round());
  },

  // Tiles that cover the view once they are moved: those of where the view lies in GCJ-02.
  _getTiledPixelBounds(center) {
    const bounds = L.TileLayer.prototype._getTiledPixelBounds.call(this, center);
    const { lat, lng } = L.latLng(center);
    const [lon, north] = gridgeo.gcj02.forward(lng, lat);
    const off = this._map.project([north, lon], this._tileZoom).subtract(this._map.project(center, this._tileZoom));
    return L.bounds(bounds.min.add(off).subtract([4, 4]), bounds.max.add(off).add([4, 4]));
  },
});

gridgeo.basemaps = (map, store, tools, basemaps) => {
  const { find, el, both, fill } = gridgeo.dom;
  const said = find("#attribution");
  const state = el("p", { class: "note", role: "status" });
  const shown = L.layerGroup().addTo(map);

  function draw() {
    const choices = [{ name: "", label: both("无底图", "None") }, ...basemaps.map((one) => ({ ...one, label: one.name }))];
    const rows = choices.map((one) => {
      const input = el("input", { type: "radio", name: "basemap", value: one.name });
      input.checked = (store.get().base || "") === one.name;
      input.addEventListener("change", () => store.change({ base: one.name || null }));
      return el("label", {}, input, " ", one.label, one.datum === "gcj02" ? el("span", { class: "tag" }, "GCJ-02") : null);
    });
    return [el("div", { class: "basemaps", role: "radiogroup", "aria-label": "底图 Base map" }, ...rows), state];
  }

  function layer(one, url) {
    const Tiles = one.datum === "gcj02" ? gridgeo.ShiftedTiles : L.TileLayer;
    return new Tiles(url, { subdomains: one.subdomains, maxNativeZoom: one.most, maxZoom: 22, referrerPolicy: "origin", keepBuffer: 1 });
  }

  // Tiles that do not come are said once they are many; the map stands without them.
  function watchOver(tiles) {
    let failed = 0, came = 0;
    const tell = () => fill(state, failed > came ? both("底图没有应答", "The base map does not answer") : null);
    tiles.on("tileload", () => (came++, tell()));
    tiles.on("tileerror", () => (failed++, tell()));
    return tiles;
  }

  store.watch(["base"], ({ base }) => {
    const one = basemaps.find(({ name }) => name === base);
    shown.clearLayers();
    fill(state);
    for (const url of one ? one.urls : []) shown.addLayer(watchOver(layer(one, url)));
    document.body.classList.toggle("with-basemap", Boolean(one));
    said.hidden = !one || !one.attribution;
    said.textContent = one ? one.attribution : "";
  });
  tools.add("basemap", { zh: "底图", en: "Base map", draw });
};
