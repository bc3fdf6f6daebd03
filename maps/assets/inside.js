// Which units lie in a ring: wholly, or in part. Each border is looked at once, whoever shares it, at whatever level.
gridgeo.inside = (() => {
  const OUT = 0, IN = 1, CUT = 2;

  // ring: [lon, lat] points. Returns for each level its units, in their order.
  function units(topology, ring) {
    const points = ring.map(([lon, lat]) => [gridgeo.topology.worldX(lon), gridgeo.topology.worldY(lat)]);
    const box = boxOf(points);
    const states = new Map();
    const edges = points.map((point, at) => [point, points[(at + 1) % points.length]]).map((edge) => ({ edge, box: boxOf(edge) }));
    const shape = { points, box, edges };
    return topology.levels.map((level) => ({ level, ...ofLevel(topology, level, shape, states) }));
  }

  function ofLevel(topology, level, shape, states) {
    const { points, box } = shape;
    const whole = [], part = [];
    for (const unit of level.units) {
      if (!unit.polygons.length || !meets(unit.box, box)) continue;
      const found = stateOf(topology.arcs, unit, shape, states);
      if (found === IN) whole.push(unit);
      else if (found === CUT || gridgeo.topology.contains(topology.arcs, unit, points[0][0], points[0][1])) part.push(unit);
    }
    return { whole, part };
  }

  // All its borders in, all out, or neither.
  function stateOf(arcs, unit, shape, states) {
    let found = null;
    for (const polygon of unit.polygons) {
      for (const arc of polygon.flat()) {
        const index = arc < 0 ? ~arc : arc;
        if (!states.has(index)) states.set(index, stateOfArc(arcs, index, shape));
        const state = states.get(index);
        if (state === CUT || (found !== null && found !== state)) return CUT;
        found = state;
      }
    }
    return found;
  }

  // Only edges of the ring that come near the arc are looked at.
  function stateOfArc({ xy, start, boxes }, index, { points, box, edges }) {
    const from = 2 * start[index], to = 2 * start[index + 1] - 2;
    const own = boxes.subarray(4 * index, 4 * index + 4);
    if (!meets(own, box)) return OUT;
    const near = edges.filter((one) => meets(one.box, own));
    if (near.length) for (let i = from; i < to; i += 2) for (const { edge } of near) if (cross(xy[i], xy[i + 1], xy[i + 2], xy[i + 3], ...edge)) return CUT;
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

  function boxOf(points) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [x, y] of points) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
    return box;
  }

  const meets = (a, b) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

  return { units };
})();
