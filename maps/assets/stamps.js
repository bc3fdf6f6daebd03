// What symbols are drawn with: canvases that are drawn once and stamped from then on, and circles as large as their numbers need.
gridgeo.stamps = (() => {
  const FAMILY = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif';
  const FIGURES = 11.5; // px
  const SHADOW = 5; // px a circle's shadow is blurred by
  const grounds = new Map(), widths = new Map();

  // A canvas so many pixels wide and high, and its context in these pixels.
  function square(side, ratio) {
    const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    canvas.width = canvas.height = side * ratio;
    context.scale(ratio, ratio);
    return [canvas, context];
  }

  // What circles of a size stand on, with a shadow. Drawn once, for a canvas takes long to blur.
  function ground(r, ratio, colour = "#fff") {
    const key = `${r} ${ratio} ${colour}`;
    if (!grounds.has(key)) {
      const half = Math.ceil(r + SHADOW), [canvas, context] = square(2 * half, ratio);
      context.arc(half, half, r, 0, 2 * Math.PI);
      Object.assign(context, { fillStyle: colour, shadowColor: "rgba(31,43,51,.28)", shadowBlur: SHADOW * ratio });
      context.fill();
      grounds.set(key, { canvas, half });
    }
    return grounds.get(key);
  }

  // As large as its number needs and a little more the more there are; of few sizes, each drawn once.
  function radiusOf(context, n) {
    const text = gridgeo.dom.number(n);
    if (!widths.has(text.length)) {
      context.font = `600 ${FIGURES}px ${FAMILY}`;
      widths.set(text.length, context.measureText(text.replace(/\d/g, "0")).width);
    }
    return Math.round(2 * Math.max(widths.get(text.length) / 2 + 8, 11 + 3.2 * Math.log10(n))) / 2;
  }

  function figure(context, { x, y, n }, colour) {
    Object.assign(context, { font: `600 ${FIGURES}px ${FAMILY}`, textAlign: "center", textBaseline: "middle", fillStyle: colour });
    context.fillText(gridgeo.dom.number(n), x, y + 0.5);
  }

  // A symbol beside a text: in a tree, on a card, in a legend.
  function inText(draw) {
    const ratio = Math.max(2, Math.min(window.devicePixelRatio || 1, 3)), side = 20;
    const canvas = gridgeo.dom.el("canvas", { class: "symbol", width: `${side}px`, "aria-hidden": "true" });
    canvas.width = canvas.height = side * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.translate(side / 2, side / 2);
    draw(context);
    return canvas;
  }

  return { FAMILY, square, ground, radiusOf, figure, inText };
})();
