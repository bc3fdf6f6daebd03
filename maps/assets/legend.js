// The legend: classes with limits and counts, each a switch that shows or hides its units; and the same for print.
gridgeo.legend = (store, current) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { pick } = gridgeo.language;
  const METHODS = { quantile: ["等量分级", "Quantiles"], natural: ["自然断点", "Natural breaks"] };
  const node = find("#legend");

  function draw() {
    const painting = current();
    const { hidden, method } = store.get();
    if (!painting) return fill(node);
    const { measure, level, shown } = painting;
    const most = Math.max(...shown.map((one) => one.count), 1);
    fill(node,
      el("h2", {}, both(measure.zh, measure.en), measure.unit ? el("span", { class: "unit" }, pick(measure.unit, measure.unit_en)) : null),
      el("p", { class: "note" }, `${pick(level.zh, level.en)} ${pick(level.en, level.zh)} · ${number(level.units.length)}`),
      measure.note ? el("p", { class: "note" }, both(...measure.note)) : null,
      measure.categories ? null : methods(method),
      el("ul", { class: "classes" }, ...shown.map((one) => row(one, most, hidden))),
      hidden.length ? el("button", { type: "button", class: "plain", onclick: () => store.change({ hidden: [] }) }, both("全部显示", "Show all")) : null);
  }

  function row(one, most, hidden) {
    const on = !hidden.includes(one.key);
    const flip = () => {
      const { hidden: now } = store.get();
      store.change({ hidden: now.includes(one.key) ? now.filter((key) => key !== one.key) : [...now, one.key] });
      find(`#legend [data-class="${CSS.escape(one.key)}"]`).focus();
    };
    return el("li", {}, el("button", { type: "button", class: "class", "aria-pressed": String(on), "data-class": one.key, onclick: flip },
      swatch(one), el("span", { class: "limits" }, gridgeo.measures.label(one)),
      el("span", { class: "count" }, number(one.count)),
      el("span", { class: "share", "aria-hidden": "true" }, el("i", { width: `${(100 * one.count) / most}%` }))));
  }

  const swatch = (one) => el("span", { class: one.hatched ? "swatch hatched" : "swatch", colour: one.colour, "aria-hidden": "true" });

  function methods(chosen) {
    const buttons = Object.entries(METHODS).map(([key, [zh, en]]) => {
      const input = el("input", { type: "radio", name: "method", value: key });
      input.checked = key === chosen;
      input.addEventListener("change", () => {
        store.change({ method: key, hidden: [] });
        find(`#legend input[value=${key}]`).focus();
      });
      return el("label", {}, input, el("span", {}, both(zh, en)));
    });
    return el("div", { class: "segments methods", role: "radiogroup", "aria-label": "分级方法 Class breaks" }, ...buttons);
  }

  // For paper: no switches, what is hidden says so.
  function printed() {
    const painting = current();
    if (!painting) return null;
    const { hidden, method } = store.get();
    const { measure, level, shown } = painting;
    return el("div", { class: "printed-legend" },
      el("h2", {}, both(measure.zh, measure.en)),
      el("p", { class: "note" }, [pick(measure.unit, measure.unit_en), `${pick(level.zh, level.en)} ${pick(level.en, level.zh)}`, number(level.units.length)].filter(Boolean).join(" · ")),
      measure.categories ? null : el("p", { class: "note" }, METHODS[method].join(" ")),
      el("ul", { class: "classes" }, ...shown.filter((one) => !hidden.includes(one.key)).map((one) =>
        el("li", { class: "class" }, swatch(one), el("span", { class: "limits" }, gridgeo.measures.label(one)), el("span", { class: "count" }, number(one.count))))));
  }

  store.watch(["painting", "hidden", "lang", "day"], draw);
  return { printed };
};
