// What all cards are made of. One at a time lies beside the map, or over the lower part of a phone's.
gridgeo.card = (() => {
  const { find, el, both, fill } = gridgeo.dom;
  const { name } = gridgeo.language;
  let lain = null;

  // Lay a card down; that of another thing is read from its beginning.
  function lay(thing, ...content) {
    const node = find("#card");
    node.hidden = false;
    document.body.classList.add("with-card");
    fill(node, ...content);
    if (thing !== lain) node.scrollTop = 0;
    lain = thing;
  }

  function clear() {
    find("#card").hidden = true;
    document.body.classList.remove("with-card");
    fill(find("#card"));
    lain = null;
  }

  function header(kind, title, close, label = "关闭 Close") {
    const shut = () => {
      close();
      find("#planner_map").focus({ preventScroll: true });
    };
    return el("header", {}, el("p", { class: "kind" }, ...kind), el("h2", { tabindex: "-1" }, ...title), el("button", { type: "button", class: "close", "aria-label": label, onclick: shut }, "×"));
  }

  // Where it belongs, from the top down: units of the map lead there, of others there is the name.
  function chain(units, enter) {
    if (!units.length) return el("p", { class: "quiet" }, both("不在任何网格内", "In no grid"));
    return el("ol", { class: "chain", "aria-label": "所属 Belongs to" }, ...units.map((one) =>
      el("li", {}, one.facts ? el("button", { type: "button", class: "plain", onclick: () => enter(one) }, name(one.facts)) : name(one))));
  }

  // Figures: [name, value, note]; those without a value are left out.
  function rows(figures, kind = "") {
    const shown = figures.filter(([, value]) => value !== null && value !== undefined && value !== "");
    const row = ([label, value, note]) => el("div", {}, el("dt", {}, both(...label)), el("dd", {}, value, note ? el("small", {}, " ", note) : null));
    return shown.length ? el("dl", { class: `figures ${kind}`.trim() }, ...shown.map(row)) : null;
  }

  // The code of a building or a house, which opens its card where there is one.
  const place = (code, places) => (places ? el("button", { type: "button", class: "plain link", onclick: () => places.ofCode(code) }, el("code", {}, code)) : el("code", {}, code));

  // Ways into the API: [address, zh, en, name of the file it is saved as].
  const links = (ways) => el("p", { class: "links" }, ...ways.filter(Boolean).map(([href, zh, en, download]) =>
    el("a", { href, ...(download ? { download } : { target: "_blank", rel: "noopener" }) }, both(zh, en))));

  return { lay, clear, header, chain, rows, place, links };
})();
