// What of the tiles' objects stands where on one view: circles for many, symbols for single ones, lines, areas and names.
gridgeo.scene = (categories, symbols) => {
  const CELL = 112; // px at a whole zoom: clusters are put together by cells of the world, so that panning changes none
  const NAMED = 18.5; // zoom from which names are drawn
  const SIZES = [[18, 9], [17.25, 6.5], [16.5, 4.5], [15.5, 3.4], [0, 2.6]]; // zoom: radius of a symbol
  const SIGNED = 9; // px: radius of symbols with signs
  const BUCKET = 48; // px
  const GAP = 3;
  const ROWS = 2 ** 26; // more cells than the world is high at the deepest zoom: a cell's key is one number

  const radiusAt = (zoom) => Math.max(symbols.least, SIZES.find(([from]) => zoom >= from)[1]);

  // `pieces` are contents of tiles: { content, box, whole }; of a stand-in only what lies in the box it stands for. `names` are
  // boxes of names under the circles, which give way to them; of other circles (`firm`) even beyond their own cell.
  function arrange(context, pieces, frame, zoom, names = []) {
    const made = { clusters: [], dots: [], shapes: [], labels: [], buckets: null, radius: radiusAt(zoom) };
    const cells = new Map(), side = CELL / 2 ** Math.round(zoom), seen = new Set();
    for (const { content, box, whole } of pieces) {
      const within = ({ x, y }) => whole || (x >= box[0] && x < box[2] && y >= box[1] && y < box[3]);
      if (whole) for (const cell of gathered(content, side).values()) gather(cells, side, cell, true);
      else for (const one of content.clusters) if (within(one)) gather(cells, side, one, false);
      for (const one of content.points) if (within(one)) dot(made, seen, one, frame, whole);
      for (const one of content.shapes) shape(made, one, box, frame, whole);
    }
    if (symbols.above) made.dots.sort((a, b) => symbols.above(a) - symbols.above(b));
    const firm = names.filter((one) => one.firm);
    for (const cell of cells.values()) circle(context, made, cell, side, frame, names, firm);
    if (zoom >= NAMED) name(context, made, frame);
    return made;
  }

  // A tile's circles put together, once for each size of cells: it is the same wherever the map is dragged.
  function gathered(content, side) {
    if (!content.gathered || content.gathered.side !== side) {
      const cells = new Map();
      for (const one of content.clusters) gather(cells, side, one, true);
      content.gathered = { side, cells };
    }
    return content.gathered.cells;
  }

  // Into the cell of the world it lies in goes a circle of a tile, or what some add up to: x and y are where its objects are at the mean.
  function gather(cells, side, { x, y, n, parts, box = [x, y, x, y] }, whole) {
    const column = Math.floor(x / side), row = Math.floor(y / side), key = column * ROWS + row;
    const cell = cells.get(key);
    if (!cell) return cells.set(key, { column, row, n, x, y, parts: parts.slice(), box: box.slice(), whole });
    cell.x += ((x - cell.x) * n) / (cell.n + n);
    cell.y += ((y - cell.y) * n) / (cell.n + n);
    cell.n += n;
    cell.whole = cell.whole && whole;
    for (let order = 0; order < parts.length; order++) cell.parts[order] += parts[order];
    for (const at of [0, 1]) cell.box[at] = Math.min(cell.box[at], box[at]);
    for (const at of [2, 3]) cell.box[at] = Math.max(cell.box[at], box[at]);
  }

  // A circle stands where most of its objects are, as far as it then lies over no other cell and, where there is room, over no name.
  function circle(context, made, cell, side, frame, names, firm) {
    const { n, parts, box, whole } = cell;
    const r = n === 1 ? 4.5 : symbols.radiusOf(context, n), span = side * frame.scale, room = Math.min(r + 1, span / 2), free = span - 2 * room;
    const from = [cell.column * span - frame.x + room, cell.row * span - frame.y + room];
    const own = [cell.x * frame.scale - frame.x, cell.y * frame.scale - frame.y].map((at, axis) => Math.max(from[axis], Math.min(from[axis] + free, at)));
    const wider = from.map((at) => at - span / 2), at = beside(own, r, names, from, free) || beside(own, r, firm, wider, free + span) || own;
    const [x, y] = at.map(Math.round); // on whole pixels nothing is blurred
    if (firm.length) firm.push({ west: x - r, north: y - r, east: x + r, south: y + r });
    if (x > -r && y > -r && x < frame.width + r && y < frame.height + r) made.clusters.push({ cluster: true, x, y, r, n, parts, box, whole });
  }

  // The place nearest to its own, of those from a corner on, at which a circle lies over no name; null where there is none.
  function beside(own, r, names, from, free) {
    const over = (x, y, one) => one.west < x + r && one.east > x - r && one.north < y + r && one.south > y - r;
    const [x, y] = own, [left, top] = from, right = left + free, bottom = top + free;
    if (!names.some((one) => over(x, y, one))) return own;
    const near = names.filter((one) => one.west - r < right && one.east + r > left && one.north - r < bottom && one.south + r > top);
    const fits = ([px, py]) => px >= left && px <= right && py >= top && py <= bottom && !near.some((one) => over(px, py, one));
    const far = ([px, py]) => Math.hypot(px - x, py - y);
    const places = near.flatMap((one) => [[x, one.north - r], [x, one.south + r], [one.west - r, y], [one.east + r, y]]).filter(fits);
    return places.reduce((best, at) => (best && far(best) <= far(at) ? best : at), null);
  }

  function dot(made, seen, { id, props, x, y }, frame, whole) {
    const px = x * frame.scale - frame.x, py = y * frame.scale - frame.y, r = made.radius;
    if (px < -r || py < -r || px > frame.width + r || py > frame.height + r || seen.has(id)) return;
    seen.add(id);
    made.dots.push({ id, category: props.c, status: props.s, grade: props.g, name: props.name, x: px, y: py, r, whole });
  }

  function shape(made, { id, props, kind, lines }, box, frame, whole) {
    const path = new Path2D();
    for (const line of lines) {
      for (let i = 0; i < line.length; i += 2) path[i ? "lineTo" : "moveTo"](line[i] * frame.scale - frame.x, line[i + 1] * frame.scale - frame.y);
      if (kind === gridgeo.mvt.POLYGON) path.closePath();
    }
    const clip = box.map((at, i) => at * frame.scale - (i % 2 ? frame.y : frame.x));
    made.shapes.push({ id, category: props.c, status: props.s, name: props.name, area: kind === gridgeo.mvt.POLYGON, path, clip, whole });
  }

  // Names beside their symbols, none over another symbol or name.
  function name(context, made, frame) {
    context.font = `12px ${symbols.FAMILY}`;
    const taken = made.dots.map(({ x, y, r }) => [x - r, y - r, x + r, y + r]);
    for (const one of made.dots) {
      const { zh, en } = categories.byId.get(one.category) || {}, text = one.name || gridgeo.language.pick(zh, en);
      if (!text) continue;
      const width = context.measureText(text).width, right = one.x + one.r + GAP + 2;
      const box = [right - 1, one.y - 7, right + width + GAP, one.y + 7];
      if (box[2] > frame.width || taken.some((other) => other[0] < box[2] && box[0] < other[2] && other[1] < box[3] && box[1] < other[3])) continue;
      taken.push(box);
      made.labels.push({ text, x: right, y: one.y });
    }
  }

  // Under signs the units' colours step back.
  function draw(context, made, frame, look) {
    const { ratio } = frame;
    if (symbols.veil && made.radius >= SIGNED && made.dots.length) {
      context.fillStyle = `rgba(255,255,255,${symbols.veil})`;
      context.fillRect(0, 0, frame.width, frame.height);
    }
    for (const one of made.shapes) drawShape(context, one);
    for (const one of made.dots) {
      const { x, y } = one, { canvas, half } = symbols.stamp(one, ratio);
      context.globalAlpha = one.whole ? 1 : 0.6;
      // On whole pixels nothing is blurred, and it is drawn faster.
      context.drawImage(canvas, Math.round((x - half) * ratio) / ratio, Math.round((y - half) * ratio) / ratio, 2 * half, 2 * half);
    }
    for (const one of made.clusters) {
      context.globalAlpha = one.whole ? 1 : 0.55;
      if (one.n === 1) lone(context, one);
      else symbols.cluster(context, one, ratio);
    }
    context.globalAlpha = 1;
    names(context, made.labels, look);
  }

  // One object far out: a dot in its major's colour, larger than the circles' numbers would need.
  function lone(context, { x, y, r, parts }) {
    const order = Math.max(0, parts.findIndex(Boolean)), { colour } = categories.majors[order];
    context.beginPath();
    symbols.trace(context, order, x, y, r);
    Object.assign(context, { fillStyle: colour, strokeStyle: "#fff", lineWidth: 1.4 });
    context.fill();
    context.stroke();
  }

  function drawShape(context, { path, clip, area, category, whole }) {
    const { colour } = categories.byId.get(category) || { colour: "#6b767c" };
    context.save();
    context.beginPath();
    context.rect(clip[0], clip[1], clip[2] - clip[0], clip[3] - clip[1]);
    context.clip();
    context.lineJoin = context.lineCap = "round";
    if (area) {
      context.globalAlpha = whole ? 0.28 : 0.18;
      context.fillStyle = colour;
      context.fill(path, "evenodd");
    } else {
      context.globalAlpha = 0.85;
      Object.assign(context, { strokeStyle: "#fff", lineWidth: 4.5 });
      context.stroke(path);
    }
    context.globalAlpha = whole ? 1 : 0.6;
    Object.assign(context, { strokeStyle: colour, lineWidth: area ? 1.4 : 2.4 });
    context.stroke(path);
    context.restore();
  }

  function names(context, labels, { ink }) {
    Object.assign(context, { font: `12px ${symbols.FAMILY}`, textAlign: "left", textBaseline: "middle", lineJoin: "round", lineWidth: 3, strokeStyle: "rgba(255,255,255,.9)", fillStyle: ink });
    for (const { text, x, y } of labels) {
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }

  // What is at a point: symbols and circles before lines and areas; of symbols on one another all, the nearest first, of those at one place the uppermost.
  function find(context, made, x, y, slack) {
    if (!made.buckets) made.buckets = bucketed([...made.clusters, ...made.dots]);
    const near = [];
    for (let column = -1; column <= 1; column++) {
      for (let row = -1; row <= 1; row++) near.push(...(made.buckets.get(`${Math.floor(x / BUCKET) + column} ${Math.floor(y / BUCKET) + row}`) || []));
    }
    const hit = near.map((one) => [Math.hypot(one.x - x, one.y - y), one]).filter(([far, one]) => far <= one.r + slack).reverse().sort((a, b) => a[0] - b[0]);
    if (hit.length) return hit.map(([, one]) => one);
    context.lineWidth = 8;
    const { a: ratio } = context.getTransform(); // the canvas asks in pixels of its own
    const crossed = made.shapes.filter(({ path, area }) => (area ? context.isPointInPath(path, x * ratio, y * ratio, "evenodd") : context.isPointInStroke(path, x * ratio, y * ratio)));
    return crossed.sort((a, b) => a.area - b.area).map((one) => ({ ...one, x, y, r: 0 }));
  }

  function bucketed(items) {
    const buckets = new Map();
    for (const one of items) {
      const key = `${Math.floor(one.x / BUCKET)} ${Math.floor(one.y / BUCKET)}`;
      if (!buckets.has(key)) buckets.set(key, []);
      buckets.get(key).push(one);
    }
    return buckets;
  }

  return { arrange, draw, find };
};
