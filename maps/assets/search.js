// The search box: a combobox over the finder. Arrows choose, Enter goes there, Escape closes.
gridgeo.search = (topology, view) => {
  const { find, el, both, fill } = gridgeo.dom;
  const box = find("#search"), list = find("#found"), said = find("#found-said");
  const finder = gridgeo.finder(topology);
  let units = [], chosen = -1;

  function ask() {
    units = finder.find(box.value);
    chosen = units.length ? 0 : -1;
    draw();
  }

  function draw() {
    const asked = box.value.trim() !== "";
    fill(list, ...units.map(option), asked && !units.length ? el("li", { class: "nothing", role: "presentation" }, both("没有找到", "Nothing found")) : null);
    list.hidden = !asked;
    box.setAttribute("aria-expanded", String(asked && units.length > 0));
    if (chosen >= 0) box.setAttribute("aria-activedescendant", `found-${chosen}`);
    else box.removeAttribute("aria-activedescendant");
    said.textContent = asked ? `${units.length} 个结果` : "";
  }

  function option(unit, at) {
    const above = gridgeo.topology.chain(unit).slice(0, -1).map((one) => one.facts.name_zh).join(" › ");
    const level = topology.levels[unit.rank];
    const item = el("li", { id: `found-${at}`, role: "option", "aria-selected": String(at === chosen) },
      el("span", { class: "name" }, both(unit.facts.name_zh, unit.facts.name_en)),
      el("span", { class: "where" }, [level.zh, above].filter(Boolean).join(" · ")),
      el("code", {}, unit.facts.code || ""));
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => go(unit));
    return item;
  }

  function go(unit) {
    close();
    box.blur();
    view.reveal(unit);
    find("#planner_map").focus({ preventScroll: true });
  }

  function close() {
    box.value = "";
    units = [];
    draw();
  }

  box.addEventListener("input", ask);
  box.addEventListener("focus", () => box.value && ask());
  box.addEventListener("blur", () => (list.hidden = true));
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && units.length) {
      chosen = (chosen + step + units.length) % units.length;
      draw();
      find(`#found-${chosen}`).scrollIntoView({ block: "nearest" });
      event.preventDefault();
    } else if (event.key === "Enter" && chosen >= 0) go(units[chosen]);
    else if (event.key === "Escape") {
      if (box.value) close();
      else find("#planner_map").focus({ preventScroll: true });
      event.stopPropagation();
    }
  });
};
