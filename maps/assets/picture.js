// The map as a picture: what is on the screen, sharper, with title, legend, scale, north, date, source and edition on one canvas.
gridgeo.picture = (map, topology, store, layer, tools, look, drawn) => {
  const { find, both, fill, number } = gridgeo.dom;
  const { language, captions } = gridgeo;
  const FAMILY = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif';
  const SHARP = 2, MARGIN = 24, HEAD = 62, ROW = 24, ITEM = 172, SWATCH = [26, 16];
  const SOFT = "#56646d", SYMBOL = 20; // px: the side of a symbol
  const PATIENCE = 10000; // ms that objects in view may take to come

  async function save() {
    const layers = [layer, ...drawn.map((one) => one.layer)];
    await Promise.all(drawn.map((one) => one.layer.settled(PATIENCE)));
    const ground = store.get().base ? await gridgeo.backdrop(map, PATIENCE) : [];
    for (const one of layers) {
      one.mark({ hovered: null });
      one.sharpen(SHARP);
    }
    const canvas = draw(map.getSize(), ground);
    for (const one of layers) one.sharpen(null);
    canvas.toBlob((blob) => {
      if (!blob) return say("图片太大，没有保存", "The picture is too large to save");
      gridgeo.exporting.save(blob, name());
      if (!ground) say("图片不含底图：其服务器不允许", "The picture is without the base map: its server does not allow it");
    }, "image/png");
  }

  function name() {
    const { zh, en } = captions.title(topology), { measure } = store.get().painting;
    return `${[language.pick(zh, en), language.pick(measure.zh, measure.en), new Date().toLocaleDateString("sv-SE")].join("-").replace(/[\\/:*?"<>|\s]+/g, "_")}.png`;
  }

  function draw({ x: width, y: height }, ground) {
    const classes = legend(), columns = Math.max(1, Math.floor((width + 12) / ITEM));
    const unitsHeight = 30 + Math.ceil(classes.length / columns) * ROW, kinds = drawn.flatMap((one) => one.classes());
    const legendHeight = unitsHeight + (kinds.length ? 26 + Math.ceil(kinds.length / columns) * ROW : 0);
    const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    const lines = wrapped(context, [...captions.foot(topology, store.get()), ...below(ground)].map(([zh, en, text]) => `${language.pick(zh, en)} ${text}`).concat("CGCS2000 · Web Mercator"), width);
    canvas.width = (width + 2 * MARGIN) * SHARP;
    canvas.height = (HEAD + height + legendHeight + 14 + lines.length * 18 + MARGIN) * SHARP;
    context.scale(SHARP, SHARP);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    title(context);
    context.save();
    context.translate(MARGIN, HEAD);
    theMap(context, width, height, ground);
    furniture(context, width, height);
    context.restore();
    classesInto(context, classes, columns, HEAD + height + 12);
    if (kinds.length) kindsInto(context, kinds, columns, HEAD + height + unitsHeight + 14);
    text(context, 12, SOFT);
    lines.forEach((line, at) => context.fillText(line, MARGIN, HEAD + height + legendHeight + 22 + at * 18));
    return canvas;
  }

  // What is said of a base map: whose it is, or that it is left out.
  function below(ground) {
    const { base } = store.get();
    if (!base) return [];
    return [["底图", "Base map", ground ? `${base} ${find("#attribution").textContent}` : language.pick("未包含", "left out")]];
  }

  function text(context, size, colour, weight = 400) {
    Object.assign(context, { font: `${weight} ${size}px ${FAMILY}`, fillStyle: colour, textAlign: "left", textBaseline: "middle" });
  }

  function title(context) {
    const { zh, en } = captions.title(topology);
    text(context, 22, look.ink, 600);
    const first = language.pick(zh, en);
    context.fillText(first, MARGIN, HEAD / 2);
    const after = MARGIN + context.measureText(first).width + 12;
    text(context, 13, SOFT);
    context.fillText(first === zh ? en : zh, after, HEAD / 2 + 3);
  }

  // The map's own canvases as they lie over each other, and below them the base map as far as it may be read.
  function theMap(context, width, height, ground) {
    context.beginPath();
    context.rect(0, 0, width, height);
    context.clip();
    context.fillStyle = look.sea;
    context.fillRect(0, 0, width, height);
    const box = map.getContainer().getBoundingClientRect(), moved = L.DomUtil.getPosition(map.getPane("mapPane"));
    for (const { tile, image } of ground || []) {
      const at = tile.getBoundingClientRect();
      context.drawImage(image, at.left - box.left, at.top - box.top, at.width, at.height);
    }
    const through = Boolean(ground && ground.length);
    const panes = [...map.getPane("mapPane").children].sort((a, b) => getComputedStyle(a).zIndex - getComputedStyle(b).zIndex);
    for (const pane of panes) {
      context.save();
      clipAs(context, pane, moved);
      for (const canvas of pane.querySelectorAll("canvas:not(.ghost)")) {
        const at = canvas.getBoundingClientRect();
        if (!canvas.width || !canvas.height) continue;
        const style = getComputedStyle(canvas.parentNode);
        context.filter = style.filter;
        context.globalAlpha = through || canvas.parentNode.matches(".object-layer") ? Number(style.opacity) : 1;
        context.drawImage(canvas, at.left - box.left, at.top - box.top, at.width, at.height);
      }
      context.restore();
    }
    outline(context);
  }

  // A pane that is clipped (see swipe.js) is clipped alike.
  function clipAs(context, pane, moved) {
    const numbers = (pane.style.clipPath.match(/-?[\d.]+/g) || []).map(Number);
    if (!numbers.length) return;
    context.beginPath();
    for (let i = 0; i < numbers.length; i += 2) context.lineTo(numbers[i] + moved.x, numbers[i + 1] + moved.y);
    context.clip();
  }

  function outline(context) {
    const { area } = store.get();
    if (!area) return;
    context.beginPath();
    for (const [lon, lat] of gridgeo.area.ring(area)) {
      const { x, y } = map.latLngToContainerPoint([lat, lon]);
      context.lineTo(x, y);
    }
    context.closePath();
    Object.assign(context, { strokeStyle: look.accent, lineWidth: 2.5 });
    context.stroke();
  }

  function furniture(context, width, height) {
    const north = find("#north path").getAttribute("d");
    context.save();
    context.translate(width - 40, 14);
    context.fillStyle = look.ink;
    context.fill(new Path2D(north));
    text(context, 10, look.ink, 600);
    context.fillText("N", 6.5, 25);
    context.restore();
    const bar = captions.bar(map, 140);
    const x = width - 16 - bar.width, y = height - 16;
    context.fillStyle = "rgba(255,255,255,.82)";
    context.fillRect(x - 8, y - 24, bar.width + 16, 32);
    Object.assign(context, { strokeStyle: look.ink, lineWidth: 1.5 });
    context.beginPath();
    for (const [px, py] of [[x, y - 6], [x, y], [x + bar.width, y], [x + bar.width, y - 6]]) context.lineTo(px, py);
    context.stroke();
    text(context, 12, look.ink);
    context.textAlign = "center";
    context.fillText(bar.text, x + bar.width / 2, y - 14);
    Object.assign(context, { strokeStyle: "#c9d0d3", lineWidth: 1 });
    context.strokeRect(0.5, 0.5, width - 1, height - 1);
  }

  function legend() {
    const { hidden, painting } = store.get();
    return painting.shown.filter((one) => !hidden.includes(one.key));
  }

  function classesInto(context, classes, columns, top) {
    const { measure, level } = store.get().painting;
    text(context, 13, look.ink, 600);
    context.fillText([language.pick(measure.zh, measure.en), language.pick(measure.unit, measure.unit_en), language.pick(level.zh, level.en)].filter(Boolean).join(" · "), MARGIN, top + 6);
    classes.forEach((one, at) => {
      const x = MARGIN + (at % columns) * ITEM, y = top + 22 + Math.floor(at / columns) * ROW;
      Object.assign(context, { fillStyle: one.colour, strokeStyle: "rgba(31,43,51,.25)", lineWidth: 1 });
      context.fillRect(x, y, ...SWATCH);
      if (one.hatched) hatch(context, x, y);
      context.strokeRect(x + 0.5, y + 0.5, SWATCH[0] - 1, SWATCH[1] - 1);
      text(context, 12, look.ink);
      context.fillText(`${one.zh ? language.pick(one.zh, one.en) : `${number(one.from)} – ${number(one.to)}`}  (${number(one.count)})`, x + SWATCH[0] + 7, y + 8);
    });
  }

  // The shapes of objects, by their classes.
  function kindsInto(context, kinds, columns, top) {
    text(context, 13, look.ink, 600);
    context.fillText(language.pick("部件", "Objects"), MARGIN, top + 6);
    kinds.forEach(({ zh, en, symbol }, at) => {
      const x = MARGIN + (at % columns) * ITEM, y = top + 18 + Math.floor(at / columns) * ROW;
      context.drawImage(symbol, x, y, SYMBOL, SYMBOL);
      text(context, 12, look.ink);
      context.fillText(language.pick(zh, en), x + SYMBOL + 7, y + SYMBOL / 2);
    });
  }

  function hatch(context, x, y) {
    context.save();
    context.beginPath();
    context.rect(x, y, ...SWATCH);
    context.clip();
    context.beginPath();
    for (let at = -SWATCH[1]; at < SWATCH[0]; at += 6) {
      context.moveTo(x + at, y + SWATCH[1]);
      context.lineTo(x + at + SWATCH[1], y);
    }
    Object.assign(context, { strokeStyle: look.hatch, lineWidth: 1.2 });
    context.stroke();
    context.restore();
  }

  function wrapped(context, parts, width) {
    text(context, 12, SOFT);
    return parts.reduce((lines, part) => {
      const longer = [lines.at(-1), part].filter(Boolean).join("    ");
      return lines.length && context.measureText(longer).width <= width ? [...lines.slice(0, -1), longer] : [...lines, part];
    }, []);
  }

  function say(zh, en) {
    const toast = find("#toast");
    fill(toast, both(zh, en));
    toast.hidden = false;
    setTimeout(() => (toast.hidden = true), 5000);
  }

  tools.add("picture", { act: save });
};
