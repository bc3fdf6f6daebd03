// How managed objects look: a shape for each major class, so that they are told apart without colour; the category's colour;
// near by a sign within; and a mark for what is not in order. Drawn once each and stamped from then on.
gridgeo.symbols = (categories, look) => {
  const { FAMILY, square, ground, radiusOf, figure } = gridgeo.stamps;
  const ROOM = 4; // px around a symbol for its border and its mark
  const SIGNED = 7; // px: from this radius on there is room for a sign
  const QUARTER = Math.PI / 2;
  // Corners of the majors' shapes, the first upwards, and how much larger than a circle they are for the same weight.
  const SHAPES = [[0, 1], [4, 1.2, QUARTER / 2], [3, 1.45], [4, 1.22], [6, 1.08], [5, 1.12], [3, 1.32, 2 * QUARTER], [8, 1.04, QUARTER / 4], [6, 1.08, QUARTER / 3]];
  const stamps = new Map();

  function trace(path, order, x, y, radius) {
    const [corners, larger, turn = 0] = SHAPES[order % SHAPES.length];
    if (!corners) return path.arc(x, y, radius, 0, 4 * QUARTER);
    for (let i = 0; i < corners; i++) {
      const angle = turn - QUARTER + (4 * QUARTER * i) / corners;
      path[i ? "lineTo" : "moveTo"](x + radius * larger * Math.cos(angle), y + radius * larger * Math.sin(angle));
    }
    return path.closePath();
  }

  const signOf = ({ sign = "?", sign_en: english }) => gridgeo.language.pick(sign, english);

  function ofStatus(context, status, radius) {
    if (status === "damaged") {
      context.beginPath();
      context.arc(radius * 0.85, -radius * 0.85, Math.max(2, radius * 0.36), 0, 4 * QUARTER);
      context.fillStyle = look.accent;
      context.fill();
      context.lineWidth = 1;
      context.strokeStyle = "#fff";
      context.stroke();
    } else if (status === "missing" || status === "removed") {
      context.beginPath();
      context.moveTo(-radius, radius);
      context.lineTo(radius, -radius);
      context.lineWidth = 1.6;
      context.strokeStyle = look.ink;
      context.stroke();
    }
  }

  const hollow = (status) => status === "out_of_service" || status === "planned";

  function draw(context, category, status, radius) {
    const { colour, order } = category;
    context.beginPath();
    trace(context, order, 0, 0, radius);
    context.lineJoin = "round";
    context.fillStyle = hollow(status) ? "#fff" : colour;
    context.strokeStyle = hollow(status) ? colour : "#fff";
    context.lineWidth = radius < 4 ? 0.9 : 1.4;
    if (hollow(status) && radius >= 4) context.lineWidth = 2;
    context.fill();
    context.stroke();
    if (radius >= SIGNED) {
      const narrow = SHAPES[order % SHAPES.length][0] === 3, text = signOf(category);
      const size = text.length > 1 ? (narrow ? 0.78 : 0.94) : narrow ? 0.92 : 1.12; // two letters need more room than one character
      context.font = `600 ${Math.round(radius * size)}px ${FAMILY}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillStyle = hollow(status) || !dark(colour) ? look.ink : "#fff";
      context.fillText(text, 0, radius * (narrow ? 0.16 : 0.06));
    }
    ofStatus(context, status, radius);
  }

  // Whether white reads better on a colour than ink: the contrast of both with it as WCAG has it.
  function dark(colour) {
    const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.24;
  }

  function stamp({ category: id, status, r: radius }, ratio) {
    const key = `${id} ${status} ${radius} ${ratio} ${gridgeo.language.now()}`;
    if (!stamps.has(key)) {
      const half = Math.ceil(radius * 1.45 + ROOM), [canvas, context] = square(2 * half, ratio);
      context.translate(half, half);
      draw(context, categories.byId.get(id) || unknown, status, radius);
      stamps.set(key, { canvas, half });
    }
    return stamps.get(key);
  }

  const unknown = { colour: "#6b767c", order: 0, sign: "?" };

  // A symbol beside a text: in the tree, on a card, in a legend.
  const inText = (category, radius = 7) => gridgeo.stamps.inText((context) => draw(context, category, "in_use", radius));

  // A circle with the number in it, and a thin ring: what share of it each major class has.
  function cluster(context, { x, y, r, n, parts }, ratio, ring = 4) {
    const { canvas, half } = ground(r, ratio), total = parts.reduce((sum, part) => sum + part, 0) || 1;
    context.drawImage(canvas, x - half, y - half, 2 * half, 2 * half);
    let from = -QUARTER;
    context.lineWidth = ring;
    parts.forEach((part, order) => {
      if (!part) return;
      const to = from + (4 * QUARTER * part) / total;
      context.beginPath();
      context.arc(x, y, r - ring / 2 - 1, from, to);
      context.strokeStyle = categories.majors[order] ? categories.majors[order].colour : unknown.colour;
      context.stroke();
      from = to;
    });
    figure(context, { x, y, n }, look.ink);
  }

  return { stamp, inText, cluster, radiusOf, trace, FAMILY, veil: 0.32, least: 0 };
};
