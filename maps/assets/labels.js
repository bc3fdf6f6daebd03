// Names on the map: the uppermost first, none over another, none wider than its unit allows.
gridgeo.labels = (() => {
  const FAMILY = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif';
  const GAP = 4;
  const LEGIBLE = 22; // px: units of less than this median size are not named; the levels above them are
  const ROOMY = 110; // px: units from this median size on are named in larger letters
  const widths = new Map();

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
        placed.push({ text, x, y, box, font, fill: rank === lowest ? under(unit) : null });
      }
    }
    return placed;
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

  return { place, draw, shortName };
})();
