// Which units lie in a ring: wholly, or in part. Each border is looked at once, whoever shares it, at whatever level.
gridgeo.inside = (() => {
  const OUT = 0, IN = 1, CUT = 2;
  const BANDS = 64;
  const SLICE = 20; // ms

  // ring: [lon, lat] points. Finds for each level its units, in their order; in slices, so that the page answers meanwhile.
  // Nothing, where it is not wanted any more.
  async function units(topology, ring, wanted = () => true) {
    const shape = banded(ring.map(([lon, lat]) => [gridgeo.topology.worldX(lon), gridgeo.topology.worldY(lat)]));
    const states = new Map(), { arcs, levels } = topology, found = [];
    let until = performance.now() + SLICE;
    for (const level of levels) {
      const whole = [], part = [];
      for (const unit of level.units) {
        const how = howIn(arcs, unit, shape, states);
        if (how !== OUT) (how === IN ? whole : part).push(unit);
        if (performance.now() < until) continue;
        await new Promise((resolve) => setTimeout(resolve));
        if (!wanted()) return null;
        until = performance.now() + SLICE;
      }
      found.push({ level, whole, part });
    }
    return found;
  }

  // The ring with its edges in bands of equal height: at one height only those that reach it need be looked at.
  function banded(points) {
    const box = boxOf(points), bands = Array.from({ length: BANDS }, () => []);
    const bandOf = (y) => Math.max(0, Math.min(BANDS - 1, Math.floor(((y - box[1]) / (box[3] - box[1] || 1)) * BANDS)));
    const edges = points.map(([x1, y1], at) => {
      const [x2, y2] = points[(at + 1) % points.length];
      return { x1, y1, x2, y2, left: Math.min(x1, x2), low: Math.min(y1, y2), right: Math.max(x1, x2), high: Math.max(y1, y2) };
    });
    for (const edge of edges) for (let band = bandOf(edge.low); band <= bandOf(edge.high); band++) bands[band].push(edge);
    const between = (low, high) => (bandOf(low) === bandOf(high) ? bands[bandOf(low)] : edges);
    return { points, box, at: (y) => bands[bandOf(y)], between };
  }

  // A unit that no outline cuts and no part of is inside may have the ring within it.
  function howIn(arcs, unit, shape, states) {
    if (!unit.polygons.length || !meets(unit.box, shape.box)) return OUT;
    const found = stateOf(arcs, unit, shape, states);
    return found === OUT && gridgeo.topology.contains(arcs, unit, ...shape.points[0]) ? CUT : found;
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
  function stateOfArc({ xy, start, boxes }, index, shape) {
    const from = 2 * start[index], to = 2 * start[index + 1] - 2;
    const [left, low, right, high] = boxes.subarray(4 * index, 4 * index + 4);
    if (!meets([left, low, right, high], shape.box)) return OUT;
    for (const edge of shape.between(low, high)) {
      if (edge.right < left || edge.left > right || edge.high < low || edge.low > high) continue;
      for (let i = from; i < to; i += 2) if (cross(xy[i], xy[i + 1], xy[i + 2], xy[i + 3], edge)) return CUT;
    }
    return holds(shape, xy[from], xy[from + 1]) ? IN : OUT;
  }

  const side = (ax, ay, bx, by, cx, cy) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);

  function cross(x1, y1, x2, y2, { x1: x3, y1: y3, x2: x4, y2: y4 }) {
    return side(x1, y1, x2, y2, x3, y3) * side(x1, y1, x2, y2, x4, y4) < 0 && side(x3, y3, x4, y4, x1, y1) * side(x3, y3, x4, y4, x2, y2) < 0;
  }

  // Even-odd rule.
  function holds(shape, x, y) {
    let inside = false;
    for (const { x1, y1, x2, y2 } of shape.at(y)) if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
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
