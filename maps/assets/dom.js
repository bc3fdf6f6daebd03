"use strict";
// Small words for making elements. Text goes in as text, never as markup: names come from files of others.
var gridgeo = {};

gridgeo.dom = (() => {
  const find = (selector) => document.querySelector(selector);

  function el(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (key === "onclick") node.addEventListener("click", value);
      else if (key === "colour") node.style.backgroundColor = value;
      else if (key === "width") node.style.width = value;
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  // Chinese first, English smaller beside it.
  function both(zh, en) {
    const node = el("span", { class: "both" }, el("span", { lang: "zh-CN" }, zh));
    if (en && en !== zh) node.append(" ", el("small", { lang: "en" }, en));
    return node;
  }

  const fill = (node, ...children) => node.replaceChildren(...children.filter(Boolean));

  const formats = new Map();
  function number(value, digits) {
    if (value === null || value === undefined || Number.isNaN(value)) return "—";
    const places = digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
    if (!formats.has(places)) formats.set(places, new Intl.NumberFormat("zh-CN", { maximumFractionDigits: places }));
    return formats.get(places).format(value);
  }

  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const narrow = () => window.matchMedia("(max-width: 719px)").matches;

  return { find, el, both, fill, number, still, narrow };
})();
