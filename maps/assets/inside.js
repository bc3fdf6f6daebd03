// Which units of a level lie in a ring: wholly, or in part. Each border is looked at once, whoever shares it.
gridgeo.inside = (() => {
  const OUT = 0, IN = 1, CUT = 2;

  // ring: [lon, lat] points. Returns the units of the level in their order.
  function units(topology, level, ring) {
    const points = ring.map(([lon, lat]) => [gridgeo.topology.worldX(lon), gridgeo.topology.worldY(lat)]);
    const box = boxOf(points);
    const states = new Map();
    const whole = [], part = [];
    for (const unit of level.units) {
      if (!unit.polygons.length || !meets(unit.box, box)) continue;
      const found = stateOf(topology.arcs, unit, points, box, states);
      if (found === IN) whole.push(unit);
      else if (found === CUT || gridgeo.topology.contains(topology.arcs, unit, points[0][0], points[0][1])) part.push(unit);
    }
    return { whole, part };
  }

  // All its borders in, all out, or neither.
  function stateOf(arcs, unit, points, box, states) {
    let found = null;
    for (const polygon of unit.polygons) {
      for (const [index] of polygon.flat().map((arc) => [arc < 0 ? ~arc : arc])) {
        if (!states.has(index)) states.set(index, stateOfArc(arcs, index, points, box));
        const state = states.get(index);
        if (state === CUT || (found !== null && found !== state)) return CUT;
        found = state;
      }
    }
    return found;
  }

  function stateOfArc({ xy, start, boxes }, index, points, box) {
    const from = 2 * start[index], to = 2 * start[index + 1] - 2;
    if (!meets(boxes.subarray(4 * index, 4 * index + 4), box)) return OUT;
    for (let i = from; i < to; i += 2) {
      const [x1, y1, x2, y2] = [xy[i], xy[i + 1], xy[i + 2], xy[i + 3]];
      if (Math.max(x1, x2) < box[0] || Math.min(x1, x2) > box[2] || Math.max(y1, y2) < box[1] || Math.min(y1, y2) > box[3]) continue;
      for (let at = 0; at < points.length; at++) if (cross(x1, y1, x2, y2, points[at], points[(at + 1) % points.length])) return CUT;
    }
    return holds(points, xy[from], xy[from + 1]) ? IN : OUT;
  }

  function cross(x1, y1, x2, y2, [x3, y3], [x4, y4]) {
    const side = (ax, ay, bx, by, cx, cy) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    return side(x1, y1, x2, y2, x3, y3) * side(x1, y1, x2, y2, x4, y4) < 0 && side(x3, y3, x4, y4, x1, y1) * side(x3, y3, x4, y4, x2, y2) < 0;
  }

  // Even-odd rule.
  function holds(points, x, y) {
    let inside = false;
    points.forEach(([x1, y1], at) => {
      const [x2, y2] = points[(at + 1) % points.length];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    });
    return inside;
  }

  const boxOf = (points) => [0, 1].map((axis) => Math.min(...points.map((point) => point[axis]))).concat([0, 1].map((axis) => Math.max(...points.map((point) => point[axis]))));
  const meets = (a, b) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

  return { units };
})();
