// Names on the map: the uppermost first, none over another, none wider than its unit allows.
gridgeo.labels = (() => {
  const FAMILY = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif';
  const GAP = 4;
  const LEGIBLE = 22; // px: units of less than this median size are not named; the levels above them are
  const ROOMY = 110; // px: units from this median size on are named in larger letters
  const widths = new Map(), endings = new Map();

  // How a level's names look, by how many levels it lies above the one shown and the size of its units.
  function style(above, size) {
    if (above > 0) return { size: 14, weight: 600, spread: 1.6 };
    return size > ROOMY ? { size: 14, weight: 500, spread: 0.9 } : { size: 12, weight: 400, spread: 0.9 };
  }

  // A micro-grid's name often begins with its community's: on the map the rest is enough.
  function shortName(unit) {
    const name = gridgeo.language.name(unit.facts), above = unit.parent ? gridgeo.language.name(unit.parent.facts) : "";
    return above && name.startsWith(above) && name.length > above.length ? name.slice(above.length).replace(/^[\s,，·-]+/, "") : name;
  }

  function widthOf(context, text, font) {
    const key = font + text;
    if (!widths.has(key)) {
      context.font = font;
      widths.set(key, context.measureText(text).width);
    }
    return widths.get(key);
  }

  // `under` tells the colour a unit is filled with.
  function place(context, topology, frame, shown, under) {
    const placed = [];
    const { levels } = topology;
    let lowest = shown;
    while (lowest > 0 && levels[lowest].size * frame.scale < LEGIBLE) lowest--;
    for (let rank = Math.max(0, lowest - 1); rank <= lowest; rank++) {
      const look = style(lowest - rank, levels[rank].size * frame.scale);
      const font = `${look.weight} ${look.size}px ${FAMILY}`;
      for (const unit of levels[rank].units) {
        const at = gridgeo.topology.label(unit);
        if (!at || (levels[rank].units.length === 1 && lowest > rank)) continue;
        const x = at[0] * frame.scale - frame.x, y = at[1] * frame.scale - frame.y;
        if (x < 0 || y < 0 || x > frame.width || y > frame.height) continue;
        const text = shortName(unit);
        const width = widthOf(context, text, font);
        if (width > (unit.box[2] - unit.box[0]) * frame.scale * look.spread || look.size > (unit.box[3] - unit.box[1]) * frame.scale) continue;
        const box = [x - width / 2 - GAP, y - look.size / 2 - GAP, x + width / 2 + GAP, y + look.size / 2 + GAP];
        if (placed.some((other) => meets(other.box, box))) continue;
        placed.push({ text, unit, x, y, box, font, fill: rank === lowest ? under(unit) : null });
      }
    }
    return placed;
  }

  // Names that would lie under circles go beside them, within their unit; where there is no room they are shortened, and else left out.
  // Those of upper levels go first, and keep off the others of their level.
  function yielding(context, topology, frame, placed, circles) {
    const standing = [];
    const tight = circles.map(({ x, y, r }) => ({ x, y, r: r - GAP + 1 })); // a name's box has room of its own
    const widest = Math.max(0, ...tight.map(({ r }) => r));
    for (const one of placed) {
      // Only what lies within reach can be in the way.
      const reach = reached(one.box, widest), round = tight.filter((circle) => covers(circle, reach)), stood = standing.filter(({ box }) => meets(box, reach));
      const like = placed.filter((other) => other !== one && other.unit.rank === one.unit.rank && meets(other.box, reach));
      const free = ({ box }) => !round.some((circle) => covers(circle, box)) && !stood.some((other) => meets(other.box, box));
      const fits = (at) => free(at) && !like.some((other) => meets(other.box, at.box)) && holds(topology, frame, one.unit, at);
      const stand = (own) => (free(own) ? own : beside(own, round.filter((circle) => covers(circle, own.box, own.box[3] - own.box[1])), fits));
      const shorter = () => shortened(context, topology, one);
      const found = stand(one) || (shorter() && stand(shorter()));
      if (found) standing.push(found);
    }
    return standing;
  }

  // Whether a circle lies over a box, or within some room of it.
  const covers = ({ x, y, r }, [west, north, east, south], room = 0) => Math.hypot(x - Math.max(west, Math.min(east, x)), y - Math.max(north, Math.min(south, y))) < r + room;

  // How far a name may go to stand beside circles.
  function reached([west, north, east, south], widest) {
    const room = 2 * widest + (south - north) + (east - west);
    return [west - room, north - room, east + room, south + room];
  }

  // The nearest place that fits above, below and beside circles, and in the corners between them.
  function beside(one, circles, fits) {
    const [west, north, east, south] = one.box, wide = (east - west) / 2, high = (south - north) / 2;
    const xs = [one.x, ...circles.flatMap(({ x, r }) => [x - r - wide, x + r + wide])], ys = [one.y, ...circles.flatMap(({ y, r }) => [y - r - high, y + r + high])];
    const places = xs.flatMap((x) => ys.map((y) => [x, y, Math.hypot(x - one.x, y - one.y)])).sort((a, b) => a[2] - b[2]);
    for (const [x, y] of places) {
      const there = { ...one, x, y, box: [x - wide, y - high, x + wide, y + high] };
      if (fits(there)) return there;
    }
    return null;
  }

  const holds = ({ arcs }, frame, unit, { x, y }) => gridgeo.topology.contains(arcs, unit, (x + frame.x) / frame.scale, (y + frame.y) / frame.scale);

  // Without the word that most names of its level end with: Subdistrict, Community.
  function shortened(context, { levels }, one) {
    const level = levels[one.unit.rank], text = one.text.replace(/\s+\S+$/, "");
    if (text === one.text || one.text.slice(text.length).trim() !== ending(level)) return null;
    const wide = widthOf(context, text, one.font) / 2 + GAP;
    return { ...one, text, box: [one.x - wide, one.box[1], one.x + wide, one.box[3]] };
  }

  function ending({ key, units }) {
    const name = `${key} ${units.length} ${gridgeo.language.now()}`;
    if (!endings.has(name)) {
      const last = units.map(({ facts }) => (/\s(\S+)$/.exec(gridgeo.language.name(facts)) || [])[1]);
      endings.set(name, last.find((word) => word && last.filter((other) => other === word).length > units.length / 2) || null);
    }
    return endings.get(name);
  }

  const meets = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

  // Names of the level shown stand in the colour of their unit, the others on a light ground of their own.
  function draw(context, placed, ink) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const { text, x, y, font, fill } of placed) {
      context.font = font;
      context.lineWidth = fill ? 2.5 : 3.5;
      context.strokeStyle = fill || "rgba(255,255,255,.86)";
      context.fillStyle = fill && dark(fill) ? "#fff" : ink;
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }

  // Whether white reads better on a colour than ink: relative luminance as WCAG has it.
  const dark = (hex) => {
    const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.22;
  };

  return { place, yielding, draw, shortName };
})();
