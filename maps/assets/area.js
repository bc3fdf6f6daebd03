// An area somebody drew: a circle or a polygon; as a ring of points, as text in the page's address, as the API is told of it.
gridgeo.area = (() => {
  const FRACTION = 6, MOST = 200; // decimals of a degree: a tenth of a metre; corners
  const WIDEST = 100000; // metres

  const fits = ([lon, lat]) => Math.abs(lon) <= 180 && Math.abs(lat) <= 85;

  // Source of the text is an address somebody was sent: what is no area is none.
  function parse(text) {
    const [kind, ...rest] = (text || "").split(",");
    const numbers = rest.map(Number);
    if (!rest.length || !numbers.every(Number.isFinite)) return null;
    if (kind === "c") {
      const [lon, lat, metres] = numbers;
      return numbers.length === 3 && fits(numbers) && metres >= 1 && metres <= WIDEST ? { kind: "circle", lon, lat, metres } : null;
    }
    const ring = numbers.flatMap((lon, at) => (at % 2 ? [] : [[lon, numbers[at + 1]]]));
    return kind === "p" && numbers.length % 2 === 0 && ring.length >= 3 && ring.length <= MOST && ring.every(fits) ? { kind: "polygon", ring } : null;
  }

  function text(area) {
    if (!area) return "";
    const short = (value) => String(+value.toFixed(FRACTION));
    return area.kind === "circle" ? ["c", short(area.lon), short(area.lat), +area.metres.toFixed(1)].join() : ["p", ...area.ring.flat().map(short)].join();
  }

  const ring = (area) => (area.kind === "circle" ? gridgeo.geodesy.circle([area.lon, area.lat], area.metres) : area.ring);
  // A circle is told as it is, not as the 72 corners it is drawn with; the earth's bend takes two millionths off one of 30 km.
  const size = (area) => (area.kind === "circle" ? Math.PI * area.metres ** 2 : gridgeo.geodesy.area(ring(area)));

  // Counter-clockwise and closed, as GeoJSON has it.
  function polygon(area) {
    const points = ring(area);
    const twice = points.reduce((sum, [x, y], at) => sum + x * points[(at + 1) % points.length][1] - points[(at + 1) % points.length][0] * y, 0);
    const turned = twice < 0 ? [...points].reverse() : points;
    return { type: "Polygon", coordinates: [[...turned, turned[0]]] };
  }

  const told = (area) => (area.kind === "circle" ? { circle: { lon: area.lon, lat: area.lat, metres: area.metres } } : { polygon: polygon(area) });

  // Whether the outline crosses itself: then what is inside is not plain.
  function crossed(points) {
    const edges = points.map((point, at) => [point, points[(at + 1) % points.length]]);
    return edges.some((one, i) => edges.some((other, j) => j > i + 1 && !(i === 0 && j === edges.length - 1) && meet(one, other)));
  }

  const side = ([ax, ay], [bx, by], [cx, cy]) => Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
  const meet = ([a, b], [c, d]) => side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);

  return { parse, text, ring, size, polygon, told, crossed, MOST, WIDEST };
})();
