// The chosen place on the map: a pin, and the building's footprint where there is one.
gridgeo.mark = (map, store, look) => {
  const { find } = gridgeo.dom;
  const group = L.layerGroup().addTo(map);
  const OUTLINE = { color: look.accent, weight: 2, fillColor: look.accent, fillOpacity: 0.18, interactive: false };
  const SIZE = [30, 40], TIP = [15, 38];

  function pin(lon, lat, gone) {
    const html = find("#pin-icon").content.firstElementChild.cloneNode(true);
    const icon = L.divIcon({ className: gone ? "pin gone" : "pin", html, iconSize: SIZE, iconAnchor: TIP });
    return L.marker([lat, lon], { icon, interactive: false, keyboard: false });
  }

  store.watch(["place", "told"], ({ place, told }) => {
    group.clearLayers();
    const { lon, lat } = told && told.lon != null ? told : place || {};
    if (lon === undefined || lon === null) return;
    if (told && told.footprint) group.addLayer(L.geoJSON(told.footprint, { style: () => OUTLINE, interactive: false }));
    group.addLayer(pin(lon, lat, told && told.gone));
  });
};
