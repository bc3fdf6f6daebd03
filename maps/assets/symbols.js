// How managed objects look: a shape for each major class, so that they are told apart without colour; the category's colour;
// near by a sign within; and a mark for what is not in order. Drawn once each and stamped from then on.
gridgeo.symbols = (categories, look) => {
  const FAMILY = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif';
  const ROOM = 4; // px around a symbol for its border and its mark
  const SIGNED = 7; // px: from this radius on there is room for a sign
  const QUARTER = Math.PI / 2;
  // Corners of the majors' shapes, the first upwards, and how much larger than a circle they are for the same weight.
  const SHAPES = [[0, 1], [4, 1.2, QUARTER / 2], [3, 1.45], [4, 1.22], [6, 1.08], [5, 1.12], [3, 1.32, 2 * QUARTER], [8, 1.04, QUARTER / 4], [6, 1.08, QUARTER / 3]];
  const SHADOW = 5; // px a circle's shadow is blurred by
  const stamps = new Map(), grounds = new Map();

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

  function stamp(id, status, radius, ratio) {
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
  function inText(category, radius = 7) {
    const ratio = Math.max(2, Math.min(window.devicePixelRatio || 1, 3)), side = 20;
    const canvas = gridgeo.dom.el("canvas", { class: "symbol", width: `${side}px`, "aria-hidden": "true" });
    canvas.width = canvas.height = side * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.translate(side / 2, side / 2);
    draw(context, category, "in_use", radius);
    return canvas;
  }

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
    Object.assign(context, { font: `600 ${FIGURES}px ${FAMILY}`, textAlign: "center", textBaseline: "middle", fillStyle: look.ink });
    context.fillText(gridgeo.dom.number(n), x, y + 0.5);
  }

  // What circles of a size stand on: white, with a shadow. Drawn once, for a canvas takes long to blur.
  function ground(r, ratio) {
    const key = `${r} ${ratio}`;
    if (!grounds.has(key)) {
      const half = Math.ceil(r + SHADOW), [canvas, context] = square(2 * half, ratio);
      context.arc(half, half, r, 0, 4 * QUARTER);
      Object.assign(context, { fillStyle: "#fff", shadowColor: "rgba(31,43,51,.28)", shadowBlur: SHADOW * ratio });
      context.fill();
      grounds.set(key, { canvas, half });
    }
    return grounds.get(key);
  }

  // A canvas so many pixels wide and high, and its context in these pixels.
  function square(side, ratio) {
    const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    canvas.width = canvas.height = side * ratio;
    context.scale(ratio, ratio);
    return [canvas, context];
  }

  const FIGURES = 11.5; // px
  const widths = new Map();
  // As large as its number needs and a little more the more there are; of few sizes, each drawn once.
  function radiusOf(context, n) {
    const text = gridgeo.dom.number(n);
    if (!widths.has(text.length)) {
      context.font = `600 ${FIGURES}px ${FAMILY}`;
      widths.set(text.length, context.measureText(text.replace(/\d/g, "0")).width);
    }
    return Math.round(2 * Math.max(widths.get(text.length) / 2 + 8, 11 + 3.2 * Math.log10(n))) / 2;
  }

  return { stamp, inText, cluster, radiusOf, trace, FAMILY };
};
