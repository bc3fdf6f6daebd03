// Drawing on a canvas: classes as fills, borders once each and thicker up the levels, outlines of single units.
// An arc is thinned to what the zoom can show before anything is drawn, so neighbours keep their common border.
gridgeo.drawing = (() => {
  const THIN = 1; // px: points nearer than this to the last one kept are not drawn
  const BATCH = 16; // units or more arcs to a path: a canvas is slow with paths of many thousand edges, and with thousands of paths
  const ROOMY = 48; // px: from this size of units on borders are cased; before, only lines up to 1 px wide are drawn fast enough
  const FAINT = 9; // px: the next level's borders are drawn from this size of its units on

  // Arcs in pixels of one view: pixel = world * scale - offset.
  function project(arcs, { scale, x, y, width, height }) {
    const points = new Float32Array(arcs.xy.length);
    const start = new Int32Array(arcs.count + 1);
    const seen = new Uint8Array(arcs.count);
    const west = x / scale, north = y / scale, east = (x + width) / scale, south = (y + height) / scale;
    let at = 0;
    for (let i = 0; i < arcs.count; i++) {
      const box = 4 * i;
      seen[i] = arcs.boxes[box] <= east && arcs.boxes[box + 2] >= west && arcs.boxes[box + 1] <= south && arcs.boxes[box + 3] >= north ? 1 : 0;
      const first = 2 * arcs.start[i], last = 2 * arcs.start[i + 1] - 2;
      let px = arcs.xy[first] * scale - x, py = arcs.xy[first + 1] * scale - y;
      points[at++] = px;
      points[at++] = py;
      if (seen[i]) {
        for (let from = first + 2; from < last; from += 2) {
          const nx = arcs.xy[from] * scale - x, ny = arcs.xy[from + 1] * scale - y;
          if (Math.abs(nx - px) + Math.abs(ny - py) < THIN) continue;
          points[at++] = px = nx;
          points[at++] = py = ny;
        }
      }
      points[at++] = arcs.xy[last] * scale - x;
      points[at++] = arcs.xy[last + 1] * scale - y;
      start[i + 1] = at;
    }
    return { points, start, seen };
  }

  function traceArc(path, { points, start }, index, begin) {
    if (index >= 0) {
      for (let i = start[index] + (begin ? 0 : 2); i < start[index + 1]; i += 2) {
        if (begin && i === start[index]) path.moveTo(points[i], points[i + 1]);
        else path.lineTo(points[i], points[i + 1]);
      }
    } else {
      const arc = ~index;
      for (let i = start[arc + 1] - (begin ? 2 : 4); i >= start[arc]; i -= 2) {
        if (begin && i === start[arc + 1] - 2) path.moveTo(points[i], points[i + 1]);
        else path.lineTo(points[i], points[i + 1]);
      }
    }
  }

  function traceUnit(path, view, unit) {
    for (const polygon of unit.polygons) {
      for (const ring of polygon) {
        ring.forEach((index, i) => traceArc(path, view, index, i === 0));
        path.closePath();
      }
    }
  }

  const inView = ({ box }, { scale, x, y, width, height }) =>
    box[0] * scale - x <= width && box[2] * scale - x >= 0 && box[1] * scale - y <= height && box[3] * scale - y >= 0;

  // Rings of a polygon turn one way and its holes the other, so overlapping units of one path stay filled.
  function fills(context, frame, view, painting, hidden, look) {
    const byClass = painting.classes.map(() => []);
    for (const unit of painting.level.units) {
      if (unit.polygons.length && inView(unit, frame)) byClass[painting.of[unit.order]].push(unit);
    }
    byClass.forEach((units, at) => {
      const one = painting.classes[at];
      const off = hidden.includes(one.key);
      fillUnits(context, view, units, off ? look.faded : one.colour);
      if (one.hatched && !off) fillUnits(context, view, units, hatch(context, look.hatch));
    });
  }

  function fillUnits(context, view, units, style) {
    context.fillStyle = style;
    for (let from = 0; from < units.length; from += BATCH) {
      context.beginPath();
      for (const unit of units.slice(from, from + BATCH)) traceUnit(context, view, unit);
      context.fill();
    }
  }

  const hatches = new Map();
  function hatch(context, colour) {
    if (!hatches.has(colour)) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 8;
      const ink = tile.getContext("2d");
      ink.strokeStyle = colour;
      ink.lineWidth = 1.2;
      for (const shift of [-8, 0, 8]) {
        ink.moveTo(shift, 8);
        ink.lineTo(shift + 8, 0);
      }
      ink.stroke();
      hatches.set(colour, context.createPattern(tile, "repeat"));
    }
    return hatches.get(colour);
  }

  function strokeArcs(context, arcs, view, chosen, styles) {
    const wanted = [];
    for (let i = 0; i < arcs.count; i++) if (view.seen[i] && chosen(i)) wanted.push(i);
    for (const [style, width] of styles) {
      context.strokeStyle = style;
      context.lineWidth = width;
      for (let from = 0; from < wanted.length; from += 4 * BATCH) {
        context.beginPath();
        for (const index of wanted.slice(from, from + 4 * BATCH)) traceArc(context, view, index, true);
        context.stroke();
      }
    }
  }

  // The land's shadow on the water, under everything else.
  function shore(context, arcs, view, ink) {
    const shades = [[14, 0.022], [10, 0.028], [6.5, 0.036], [3.5, 0.05]];
    context.lineJoin = "round";
    strokeArcs(context, arcs, view, (i) => arcs.outer[i], shades.map(([width, alpha]) => [rgba(ink, alpha), width]));
  }

  function borders(context, topology, view, frame, shown, look) {
    const { arcs, levels } = topology;
    const below = levels[shown + 1];
    context.lineJoin = "round";
    if (below && below.size * frame.scale >= FAINT) strokeArcs(context, arcs, view, (i) => arcs.rank[i] === below.rank, [["rgba(255,255,255,.55)", 0.5]]);
    for (let rank = shown; rank >= 0; rank--) {
      strokeArcs(context, arcs, view, (i) => arcs.rank[i] === rank, strokes(shown - rank, levels[rank].size * frame.scale, look.ink));
    }
  }

  // White hairlines on the level shown, with a breath of ink where there is room; darker and thicker above.
  function strokes(above, size, ink) {
    if (above === 0 && size > ROOMY) return [[rgba(ink, 0.1), 2.2], ["#fff", 1.1]];
    if (above === 0) return [[`rgba(255,255,255,${Math.min(Math.max(size / 18, 0.3), 0.95)})`, size < 10 ? 0.6 : 0.9]]; // small units keep their colour
    const width = Math.min(0.85 + 0.5 * above, 1.9);
    return [["rgba(255,255,255,.55)", width + 1.8], [rgba(ink, Math.min(0.45 + 0.13 * above, 0.7)), width]];
  }

  function outline(context, view, unit, styles) {
    const path = new Path2D();
    traceUnit(path, view, unit);
    context.lineJoin = "round";
    for (const [style, width] of styles) {
      context.strokeStyle = style;
      context.lineWidth = width;
      context.stroke(path);
    }
  }

  function rgba(hex, alpha) {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    return `rgba(${red},${green},${blue},${alpha})`;
  }

  return { project, fills, shore, borders, outline, inView };
})();
