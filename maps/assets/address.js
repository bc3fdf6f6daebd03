// The page's state in its address, after the #: what is copied from the address bar shows the same again.
gridgeo.address = (() => {
  const FRACTION = 5; // a metre
  const OBJECT = /^\d{1,18}$/;
  const LAYERS = /^(none|\d{1,6}(-\d{1,6})?(\.\d{1,6}(-\d{1,6})?)*)$/; // runs of categories: 3-17.22
  const PLACE = /^\d{14}[0-9A-Z]{5}(\d{6})?$/; // a building or a house; never what was searched for

  function read(hash) {
    const given = new URLSearchParams(hash.replace(/^#/, ""));
    const state = {};
    const at = (given.get("at") || "").split(",").map(Number);
    if (at.length === 3 && at.every(Number.isFinite) && Math.abs(at[0]) <= 85 && Math.abs(at[1]) <= 180) {
      state.view = { lat: at[0], lon: at[1], zoom: at[2] };
    }
    for (const key of ["level", "measure", "method", "unit", ...gridgeo.toolbox.KEPT, ...gridgeo.sought.KEPT]) if (given.get(key)) state[key] = given.get(key);
    if (PLACE.test(given.get("place") || "")) state.place = given.get("place");
    if (OBJECT.test(given.get("object") || "")) state.object = Number(given.get("object"));
    if (OBJECT.test(given.get("event") || "")) state.event = Number(given.get("event"));
    if (LAYERS.test(given.get("layers") || "")) state.layers = given.get("layers");
    if (given.get("hide")) state.hidden = given.get("hide").split(",");
    return state;
  }

  function write({ view, level, measure, method, hidden, unit, place, object, event, layers, more = {} }) {
    const parts = [];
    if (view) parts.push(`at=${view.lat.toFixed(FRACTION)},${view.lon.toFixed(FRACTION)},${+view.zoom.toFixed(2)}`);
    if (level && level !== "auto") parts.push(`level=${encodeURIComponent(level)}`);
    if (measure) parts.push(`measure=${encodeURIComponent(measure)}`);
    if (method && method !== "quantile") parts.push(`method=${encodeURIComponent(method)}`);
    if (hidden && hidden.length) parts.push(`hide=${hidden.map(encodeURIComponent).join(",")}`);
    if (unit) parts.push(`unit=${encodeURIComponent(unit)}`);
    if (place) parts.push(`place=${place}`);
    if (object) parts.push(`object=${object}`);
    if (event) parts.push(`event=${event}`);
    if (layers) parts.push(`layers=${layers}`);
    for (const [key, value] of Object.entries(more)) if (value) parts.push(`${key}=${value}`);
    return `#${parts.join("&")}`;
  }

  return { read, write };
})();
