// From TopoJSON to what is drawn and asked: arcs in world coordinates, units by level.
// World coordinates: Web Mercator at zoom 0, 256 px around the earth, y to the south.
gridgeo.topology = (() => {
  const worldX = (lon) => ((lon + 180) / 360) * 256;
  const worldY = (lat) => {
    const sine = Math.sin((lat * Math.PI) / 180);
    return (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 256;
  };

  function decode(text) {
    const arcs = decodeArcs(text.arcs, text.transform);
    const levels = text.gridgeo.levels.map((level, rank) => decodeLevel(level, rank, text.objects[level.key], arcs));
    const byId = new Map();
    for (const level of levels) {
      for (const unit of level.units) {
        byId.set(unit.id, unit);
        if (unit.facts.ref) byId.set(unit.facts.ref, unit);
      }
    }
    for (const level of levels) {
      for (const unit of level.units) {
        unit.parent = byId.get(unit.facts.parent) || null;
        if (unit.parent) unit.parent.children.push(unit);
      }
    }
    rankArcs(arcs, levels);
    return { arcs, levels, byId, box: boxOf(levels.flatMap((level) => level.units)), about: text.gridgeo };
  }

  // All arcs end to end in one array: arc i is at start[i] .. start[i + 1].
  function decodeArcs(coded, { scale, translate }) {
    const start = new Int32Array(coded.length + 1);
    coded.forEach((arc, i) => (start[i + 1] = start[i] + arc.length));
    const xy = new Float64Array(2 * start[coded.length]);
    const boxes = new Float64Array(4 * coded.length);
    let at = 0;
    coded.forEach((arc, i) => {
      let x = 0, y = 0, west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      for (const step of arc) {
        x += step[0];
        y += step[1];
        const worldsX = (xy[at++] = worldX(x * scale[0] + translate[0]));
        const worldsY = (xy[at++] = worldY(y * scale[1] + translate[1]));
        if (worldsX < west) west = worldsX;
        if (worldsX > east) east = worldsX;
        if (worldsY < north) north = worldsY;
        if (worldsY > south) south = worldsY;
      }
      boxes.set([west, north, east, south], 4 * i);
    });
    return { xy, start, boxes, count: coded.length, rank: new Uint8Array(coded.length).fill(255), outer: new Uint8Array(coded.length) };
  }

  function decodeLevel(level, rank, object, arcs) {
    const geometries = object ? object.geometries : [];
    const boxes = new Float64Array(4 * geometries.length);
    const units = geometries.map((geometry, order) => {
      const polygons = geometry.type === "Polygon" ? [geometry.arcs] : geometry.arcs || [];
      const box = boxOfArcs(polygons, arcs.boxes);
      boxes.set(box, 4 * order);
      return { id: geometry.id, ref: geometry.properties.ref || geometry.id, rank, order, polygons, box, facts: geometry.properties, parent: null, children: [] };
    });
    const sizes = units.filter((unit) => unit.polygons.length).map(({ box }) => Math.sqrt((box[2] - box[0]) * (box[3] - box[1])));
    sizes.sort((a, b) => a - b);
    return { ...level, rank, units, boxes, size: sizes[sizes.length >> 1] || 0, neighbours: null };
  }

  function boxOfArcs(polygons, boxes) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [outline] of polygons) {
      for (const index of outline) {
        const at = 4 * (index < 0 ? ~index : index);
        box[0] = Math.min(box[0], boxes[at]);
        box[1] = Math.min(box[1], boxes[at + 1]);
        box[2] = Math.max(box[2], boxes[at + 2]);
        box[3] = Math.max(box[3], boxes[at + 3]);
      }
    }
    return box;
  }

  function boxOf(units) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const unit of units) {
      box[0] = Math.min(box[0], unit.box[0]);
      box[1] = Math.min(box[1], unit.box[1]);
      box[2] = Math.max(box[2], unit.box[2]);
      box[3] = Math.max(box[3], unit.box[3]);
    }
    return Number.isFinite(box[0]) ? box : null;
  }

  // rank: the uppermost level whose border an arc is; outer: it has the uppermost level on one side only.
  function rankArcs(arcs, levels) {
    for (const level of [...levels].reverse()) {
      for (const unit of level.units) eachArc(unit, (index) => (arcs.rank[index] = level.rank));
    }
    if (levels.length) for (const unit of levels[0].units) eachArc(unit, (index) => arcs.outer[index]++);
    for (let i = 0; i < arcs.count; i++) arcs.outer[i] = arcs.outer[i] === 1 ? 1 : 0;
  }

  function eachArc(unit, visit) {
    for (const polygon of unit.polygons) for (const ring of polygon) for (const index of ring) visit(index < 0 ? ~index : index);
  }

  // Even-odd rule over all rings of a unit.
  function contains(arcs, unit, x, y) {
    const { xy, start } = arcs;
    let inside = false;
    eachArc(unit, (index) => {
      const box = 4 * index;
      if (y < arcs.boxes[box + 1] || y > arcs.boxes[box + 3] || x > arcs.boxes[box + 2]) return;
      for (let i = 2 * start[index]; i < 2 * start[index + 1] - 2; i += 2) {
        const y1 = xy[i + 1], y2 = xy[i + 3];
        if (y1 > y !== y2 > y && x < ((xy[i + 2] - xy[i]) * (y - y1)) / (y2 - y1) + xy[i]) inside = !inside;
      }
    });
    return inside;
  }

  // The unit of a level at a point. Units lie in the order of their codes, so where they overlap the lower code wins.
  function at({ arcs }, level, x, y) {
    const { boxes, units } = level;
    for (let i = 0, box = 0; i < units.length; i++, box += 4) {
      if (x < boxes[box] || x > boxes[box + 2] || y < boxes[box + 1] || y > boxes[box + 3]) continue;
      if (contains(arcs, units[i], x, y)) return units[i];
    }
    return null;
  }

  // The units that share a border with this one.
  function neighbours({ levels }, unit) {
    const level = levels[unit.rank];
    if (!level.neighbours) {
      level.neighbours = new Map();
      for (const other of level.units) {
        eachArc(other, (index) => {
          if (!level.neighbours.has(index)) level.neighbours.set(index, []);
          level.neighbours.get(index).push(other);
        });
      }
    }
    const found = new Set();
    eachArc(unit, (index) => level.neighbours.get(index).forEach((other) => found.add(other)));
    found.delete(unit);
    return [...found];
  }

  const label = (unit) => (unit.facts.label ? [worldX(unit.facts.label[0]), worldY(unit.facts.label[1])] : null);

  function chain(unit) {
    const units = [];
    for (let at = unit; at; at = at.parent) units.unshift(at);
    return units;
  }

  return { decode, worldX, worldY, contains, at, neighbours, label, chain };
})();
