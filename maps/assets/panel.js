// The panel's upper part: where one is (title, breadcrumb), which level is shown, what colours it.
gridgeo.panel = (map, topology, store, view) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { levels, about } = topology;
  const named = document.title;

  function here() {
    const { selected, shown } = store.get();
    if (selected) return gridgeo.topology.chain(selected);
    if (!topology.box || shown === 0) return [];
    const center = map.project(map.getCenter(), 0);
    const unit = gridgeo.topology.at(topology, levels[shown - 1], center.x, center.y);
    return unit ? gridgeo.topology.chain(unit) : [];
  }

  function crumbs() {
    const chain = here();
    const { selected } = store.get();
    const top = levels[0].units.length === 1 ? null : el("li", {}, el("button", { type: "button", class: "plain", onclick: () => { view.select(null); view.whole(); } }, both("全部", "All")));
    fill(find("#crumbs ol"), top, ...chain.map((unit) =>
      el("li", {}, el("button", { type: "button", class: "plain", "aria-current": unit === selected ? "location" : null, onclick: () => view.enter(unit) }, gridgeo.language.name(unit.facts)))));
  }

  function title() {
    const top = levels[0].units.length === 1 ? levels[0].units[0].facts : null;
    fill(find("#place"), top ? top.name_zh : about.scheme.zh, el("small", { lang: "en" }, top ? top.name_en || "" : about.scheme.en));
    fill(find("#sizes"), ...levels.filter((level) => level.units.length > 1).map((level) =>
      el("span", { title: level.en }, el("b", {}, number(level.units.length)), ` ${gridgeo.language.pick(level.zh, `${level.en.replace(/y$/, "ie")}s`)}`)));
    document.title = `${top ? gridgeo.language.name(top) : gridgeo.language.pick(about.scheme.zh, about.scheme.en)} · ${named}`;
  }

  function levelSwitch() {
    const node = find("#levels");
    node.hidden = levels.length < 2;
    const choices = [{ key: "auto", zh: "自动", en: "Auto" }, ...levels];
    const inputs = choices.map(({ key, zh, en }) => {
      const input = el("input", { type: "radio", name: "level", value: key });
      input.addEventListener("change", () => store.change({ level: key }));
      return el("label", {}, input, el("span", {}, zh, el("small", { lang: "en" }, en)));
    });
    node.append(el("div", { class: "segments", role: "radiogroup", "aria-label": "层级 Level" }, ...inputs));
    store.watch(["level", "shown"], ({ level, shown }) => {
      for (const input of node.querySelectorAll("input")) {
        input.checked = input.value === level;
        input.parentNode.classList.toggle("shown", level === "auto" && input.value === levels[shown].key);
      }
    });
  }

  function measureChoice() {
    const select = find("#measure");
    select.append(...about.measures.map(({ key, zh, en }) => el("option", { value: key }, `${zh} ${en}`)));
    select.addEventListener("change", () => store.change({ measure: select.value, hidden: [] }));
    store.watch(["measure"], ({ measure }) => (select.value = measure));
    find("#measures").hidden = about.measures.length === 0;
  }

  function edition() {
    const { name, from, to, authority, source } = about.edition;
    const period = from ? `${from} – ${to || gridgeo.language.pick("今 now", "now")}` : gridgeo.language.pick("草案 draft", "draft");
    fill(find("#edition"), el("b", {}, name), el("br"), period, authority ? ` · ${authority}` : "", source ? el("br") : null, source || null);
  }

  store.watch(["edition", "lang"], title);
  levelSwitch();
  measureChoice();
  store.watch(["edition", "lang"], edition);
  store.watch(["selected", "shown", "edition", "lang"], crumbs);
  map.on("moveend", crumbs);
};

// What the pointer is on: name, value, code.
gridgeo.tip = (topology, store, current) => {
  const { find, el, both, fill } = gridgeo.dom;
  const node = find("#tip");
  store.watch(["hovered"], ({ hovered: unit }) => {
    node.hidden = !unit;
    if (!unit) return;
    const painting = current();
    const level = topology.levels[unit.rank];
    const value = painting && painting.measure.levels[level.key] ? gridgeo.measures.text(painting.measure, level, unit) : null;
    fill(node, el("b", {}, both(unit.facts.name_zh, unit.facts.name_en)),
      value ? el("span", { class: "value" }, value) : null, unit.facts.code ? el("code", {}, unit.facts.code) : null);
  });
  store.watch(["pointer", "hovered"], ({ pointer, hovered }) => {
    if (hovered && pointer) gridgeo.tip.place(node, pointer);
  });
};

// Above the pointer, below it where there is no room above.
gridgeo.tip.place = (node, { x, y }) => {
  const room = node.parentNode.clientWidth - node.offsetWidth - 8, height = node.offsetHeight;
  node.style.transform = `translate(${Math.max(8, Math.min(x + 16, room))}px, ${y > height + 20 ? y - height - 12 : y + 20}px)`;
};
