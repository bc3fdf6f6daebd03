// How events look: a shape and a colour for how each stands to its limit, larger the graver; near by its grade within. Many are a dark
// circle, whose ring is the wider the more pressing its part is: so that it is read in grey as well.
gridgeo.eventsymbols = (look) => {
  const { FAMILY, square, ground, radiusOf, figure } = gridgeo.stamps;
  const { STATES } = gridgeo.sought;
  const ROOM = 5; // px around a symbol for its border
  const LEAST = 5; // px: radius of a symbol; they are fewer than objects
  const SIGNED = 6; // px: from this radius on there is room for a sign
  const TURN = 2 * Math.PI;
  const CORNERS = { open: [0, 1], "due-soon": [3, 1.38], overdue: [4, 1.28], closed: [0, 0.86] }; // and how much larger than a circle
  const RING = 7, WIDTHS = { open: 4, "due-soon": 5.5, overdue: 7, closed: 2.5 }; // px
  const LARGER = [1, 1.28, 1.12, 1, 0.94]; // by grade
  const stamps = new Map();

  function trace(path, state, x, y, radius) {
    const [corners, larger] = CORNERS[STATES[state] || state];
    if (!corners) return path.arc(x, y, radius * larger, 0, TURN);
    for (let i = 0; i < corners; i++) {
      const angle = (TURN * i) / corners - TURN / 4;
      path[i ? "lineTo" : "moveTo"](x + radius * larger * Math.cos(angle), y + radius * larger * Math.sin(angle));
    }
    return path.closePath();
  }

  function draw(context, state, grade, radius) {
    const over = state === "closed", colour = look.events[STATES.indexOf(state)];
    context.lineJoin = "round";
    for (const [style, width] of [[look.ink, 3.6], ["#fff", 2.2]]) {
      context.beginPath();
      trace(context, state, 0, 0, radius);
      Object.assign(context, { strokeStyle: style, lineWidth: width, fillStyle: over ? "#fff" : colour });
      context.stroke();
    }
    context.fill();
    if (over) tick(context, radius, colour);
    else if (radius >= SIGNED && grade) sign(context, state, grade, radius);
  }

  function tick(context, radius, colour) {
    context.beginPath();
    context.arc(0, 0, radius * 0.8, 0, TURN);
    Object.assign(context, { strokeStyle: colour, lineWidth: Math.max(1.2, radius * 0.24) });
    if (radius < SIGNED) return context.stroke();
    context.stroke();
    context.beginPath();
    for (const [at, [x, y]] of [[-0.38, 0.02], [-0.08, 0.32], [0.42, -0.3]].entries()) context[at ? "lineTo" : "moveTo"](x * radius, y * radius);
    context.strokeStyle = look.ink;
    context.lineWidth = Math.max(1.2, radius * 0.2);
    context.stroke();
  }

  function sign(context, state, grade, radius) {
    Object.assign(context, { font: `700 ${Math.round(radius * (state === "due-soon" ? 0.95 : 1.15))}px ${FAMILY}`, textAlign: "center", textBaseline: "middle", fillStyle: state === "due-soon" ? look.ink : "#fff" });
    context.fillText(gridgeo.eventwords.ROMAN[grade], 0, radius * (state === "due-soon" ? 0.24 : 0.06));
  }

  function stamp({ status, grade, r }, ratio) {
    const key = `${status} ${grade} ${r} ${ratio}`;
    if (!stamps.has(key)) {
      const radius = r * LARGER[grade || 0], half = Math.ceil(radius * 1.4 + ROOM), [canvas, context] = square(2 * half, ratio);
      context.translate(half, half);
      draw(context, status, grade, radius);
      stamps.set(key, { canvas, half });
    }
    return stamps.get(key);
  }

  const inText = (state, radius = 6.5, grade = null) => gridgeo.stamps.inText((context) => draw(context, state, grade, radius));

  // A dark disc with the number in it; around it, on white, what share of them is in which state.
  function cluster(context, { x, y, r, n, parts }, ratio) {
    const { canvas, half } = ground(r, ratio), total = parts.reduce((sum, part) => sum + part, 0) || 1;
    context.drawImage(canvas, x - half, y - half, 2 * half, 2 * half);
    let from = -TURN / 4;
    parts.forEach((part, order) => {
      if (!part) return;
      const to = from + (TURN * part) / total, width = WIDTHS[STATES[order]];
      context.beginPath();
      context.arc(x, y, r - RING + width / 2, from, to);
      Object.assign(context, { strokeStyle: look.events[order], lineWidth: width });
      context.stroke();
      from = to;
    });
    context.beginPath();
    context.arc(x, y, r - RING, 0, TURN);
    context.fillStyle = look.ink;
    context.fill();
    figure(context, { x, y, n }, "#fff");
  }

  // The disc is as large as its number needs.
  const wide = (context, n) => radiusOf(context, n) + RING - 5;

  // What is drawn over what: the more pressing over the less, all over what is done.
  const above = ({ status }) => (status === "closed" ? -1 : STATES.indexOf(status));

  return { stamp, inText, cluster, radiusOf: wide, trace, FAMILY, veil: 0, least: LEAST, above };
};
