// GCJ-02, the shift Chinese map services lay over WGS 84; degrees. The very rule of gridgeo.geo.crs, which a test compares.
gridgeo.gcj02 = (() => {
  const AXIS = 6378245, ECCENTRICITY = 0.00669342162296594323;
  const WEST = 72.004, SOUTH = 0.8293, EAST = 137.8347, NORTH = 55.8271; // beyond, nothing is shifted
  const { PI, sin, cos, sqrt, abs } = Math;
  const STEPS = 6; // each leaves less than a fiftieth of the error

  function forward(lon, lat) {
    if (lon < WEST || lon > EAST || lat < SOUTH || lat > NORTH) return [lon, lat];
    const x = lon - 105, y = lat - 35;
    const root = sqrt(abs(x)), product = x * y;
    const common = ((20 * sin(6 * PI * x) + 20 * sin(2 * PI * x)) * 2) / 3;
    let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * product + 0.2 * root + common;
    north += ((20 * sin(PI * y) + 40 * sin((PI / 3) * y)) * 2) / 3 + ((160 * sin((PI / 12) * y) + 320 * sin((PI / 30) * y)) * 2) / 3;
    let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * product + 0.1 * root + common;
    east += ((20 * sin(PI * x) + 40 * sin((PI / 3) * x)) * 2) / 3 + ((150 * sin((PI / 12) * x) + 300 * sin((PI / 30) * x)) * 2) / 3;
    const angle = (lat * PI) / 180, curve = 1 - ECCENTRICITY * sin(angle) ** 2;
    const meridian = (AXIS * (1 - ECCENTRICITY)) / curve ** 1.5, parallel = (AXIS / sqrt(curve)) * cos(angle);
    return [lon + ((east / parallel) * 180) / PI, lat + ((north / meridian) * 180) / PI];
  }

  function inverse(lon, lat) {
    let at = [lon, lat];
    for (let step = 0; step < STEPS; step++) {
      const [x, y] = forward(...at);
      at = [at[0] + lon - x, at[1] + lat - y];
    }
    return at;
  }

  return { forward, inverse };
})();
