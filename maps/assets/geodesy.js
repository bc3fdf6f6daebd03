// Distances, directions and areas on the ellipsoid of CGCS2000 (GRS 80). Points are [lon, lat] in degrees.
gridgeo.geodesy = (() => {
  const A = 6378137, F = 1 / 298.257222101; // metres; flattening
  const B = A * (1 - F), E2 = F * (2 - F), E = Math.sqrt(E2);
  const RAD = Math.PI / 180;
  const CLOSE = 1e-12, STEPS = 60;

  // What both problems share: the coefficients for how far a sphere's arc is from the ellipsoid's.
  function coefficients(cosSqAlpha) {
    const u = (cosSqAlpha * (A * A - B * B)) / (B * B);
    return [1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u))), (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)))];
  }

  const correction = (b, sin, cos, cosM) =>
    b * sin * (cosM + (b / 4) * (cos * (2 * cosM * cosM - 1) - (b / 6) * cosM * (4 * sin * sin - 3) * (4 * cosM * cosM - 3)));

  const turn = (sinAlpha, cosSqAlpha, sigma, sin, cos, cosM) => {
    const c = (F / 16) * cosSqAlpha * (4 + F * (4 - 3 * cosSqAlpha));
    return (1 - c) * F * sinAlpha * (sigma + c * sin * (cosM + c * cos * (2 * cosM * cosM - 1)));
  };

  // Metres along the geodesic, to half a millimetre; not for points nearly opposite on the globe.
  // Source: T. Vincenty, Direct and Inverse Solutions of Geodesics on the Ellipsoid, Survey Review XXIII (1975).
  function distance([lon1, lat1], [lon2, lat2]) {
    const across = (lon2 - lon1) * RAD;
    const u1 = Math.atan((1 - F) * Math.tan(lat1 * RAD)), u2 = Math.atan((1 - F) * Math.tan(lat2 * RAD));
    const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
    let lambda = across, sin, cos, sigma, cosSqAlpha, cosM;
    for (let step = 0; step < STEPS; step++) {
      sin = Math.hypot(cos2 * Math.sin(lambda), cos1 * sin2 - sin1 * cos2 * Math.cos(lambda));
      if (sin === 0) return 0;
      cos = sin1 * sin2 + cos1 * cos2 * Math.cos(lambda);
      sigma = Math.atan2(sin, cos);
      const sinAlpha = (cos1 * cos2 * Math.sin(lambda)) / sin;
      cosSqAlpha = 1 - sinAlpha * sinAlpha;
      cosM = cosSqAlpha ? cos - (2 * sin1 * sin2) / cosSqAlpha : 0;
      const before = lambda;
      lambda = across + turn(sinAlpha, cosSqAlpha, sigma, sin, cos, cosM);
      if (Math.abs(lambda - before) < CLOSE) break;
    }
    const [a, b] = coefficients(cosSqAlpha);
    return B * a * (sigma - correction(b, sin, cos, cosM));
  }

  // The point so many metres away in a direction, degrees clockwise from north. Source: as above.
  function destination([lon, lat], metres, azimuth) {
    const u = Math.atan((1 - F) * Math.tan(lat * RAD)), sinU = Math.sin(u), cosU = Math.cos(u);
    const sinA = Math.sin(azimuth * RAD), cosA = Math.cos(azimuth * RAD);
    const sinAlpha = cosU * sinA, cosSqAlpha = 1 - sinAlpha * sinAlpha;
    const start = Math.atan2(sinU, cosU * cosA);
    const [a, b] = coefficients(cosSqAlpha);
    let sigma = metres / (B * a), sin, cos, cosM;
    for (let step = 0, before; step < STEPS; step++) {
      cosM = Math.cos(2 * start + sigma);
      [sin, cos, before] = [Math.sin(sigma), Math.cos(sigma), sigma];
      sigma = metres / (B * a) + correction(b, sin, cos, cosM);
      if (Math.abs(sigma - before) < CLOSE) break;
    }
    const along = sinU * sin - cosU * cos * cosA;
    const to = Math.atan2(sinU * cos + cosU * sin * cosA, (1 - F) * Math.hypot(sinAlpha, along));
    const lambda = Math.atan2(sin * sinA, cosU * cos - sinU * sin * cosA);
    return [lon + (lambda - turn(sinAlpha, cosSqAlpha, sigma, sin, cos, cosM)) / RAD, to / RAD];
  }

  // Square metres of a ring (its first point not repeated). The ellipsoid is laid on the sphere of the same area by its authalic
  // latitude; there the area under each edge is a spherical excess. Edges of a kilometre err by less than a thousandth of a
  // square metre, of ten by some twenty. Source: C. F. F. Karney, Algorithms for geodesics, J. Geod. 87 (2013), section 6.
  function area(ring) {
    const tangents = ring.map(([, lat]) => Math.tan(authalic(lat * RAD) / 2));
    let excess = 0;
    ring.forEach(([lon], at) => {
      const next = (at + 1) % ring.length;
      const half = Math.tan(((ring[next][0] - lon) * RAD) / 2);
      excess += 2 * Math.atan2(half * (tangents[at] + tangents[next]), 1 + tangents[at] * tangents[next]);
    });
    return Math.abs(excess) * ((A * A) / 2) * (1 + ((1 - E2) / E) * Math.atanh(E));
  }

  const q = (sine) => (1 - E2) * (sine / (1 - E2 * sine * sine) + Math.atanh(E * sine) / E);
  const authalic = (lat) => Math.asin(q(Math.sin(lat)) / q(1));

  const length = (line) => line.slice(1).reduce((sum, point, at) => sum + distance(line[at], point), 0);
  const circle = (center, metres, corners = 72) => Array.from({ length: corners }, (_, at) => destination(center, metres, (at * 360) / corners));

  return { distance, destination, area, length, circle };
})();
