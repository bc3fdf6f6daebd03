// The search box: a combobox over the units in memory and, where there is an address base, over its places.
// Units are there at once; places follow when one pauses. Arrows choose, Enter goes there, Escape closes.
gridgeo.search = (topology, view, places, asked) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { words } = gridgeo;
  const PAUSE = 150, MOST = 12; // ms of silence before places are asked for; places listed
  const PLAIN = new Set(["name", "beginning", "address"]);
  const box = find("#search"), list = find("#found"), said = find("#found-said");
  const finder = gridgeo.finder(topology);
  let entries = [], chosen = -1;
  let waiting = null, running = null, state = "", hurried = false; // state of the places: "", asking, told, or what went wrong

  function ask() {
    entries = finder.find(box.value).map((unit) => ({ unit }));
    chosen = entries.length ? 0 : -1;
    hurried = false;
    stop();
    const q = box.value.trim();
    if (places && q) {
      state = "asking";
      waiting = setTimeout(() => askPlaces(q), PAUSE);
    }
    draw();
  }

  function stop() {
    clearTimeout(waiting);
    if (running) running.abort();
    running = null;
    state = "";
  }

  async function askPlaces(q) {
    if (!asked.allows("addresses")) return told([], both("查找地址需要密钥", "Addresses need a key"));
    const { signal } = (running = new AbortController());
    try {
      const answer = await asked.get(`/addresses?q=${encodeURIComponent(q)}&limit=${MOST}`, { signal });
      told(answer.places.slice(0, MOST), "told");
    } catch (fault) {
      if (!signal.aborted) told([], fault.status === 404 ? "told" : both(...fault.words || ["地址查找出错", "Addresses could not be asked for"]));
    }
  }

  function told(found, now) {
    state = now;
    entries = [...entries.filter((one) => one.unit), ...found.map((place) => ({ place }))];
    if (chosen < 0 && entries.length) chosen = 0;
    draw();
    if (hurried && chosen >= 0) go(entries[chosen]);
  }

  function draw() {
    const typed = box.value.trim() !== "";
    const units = entries.filter((one) => one.unit);
    const options = entries.map(option);
    fill(list, ...options.slice(0, units.length), places && typed ? heading() : null, ...options.slice(units.length), typed ? besides() : null);
    list.hidden = !typed;
    box.setAttribute("aria-expanded", String(typed && entries.length > 0));
    if (chosen >= 0) box.setAttribute("aria-activedescendant", `found-${chosen}`);
    else box.removeAttribute("aria-activedescendant");
    said.textContent = typed && state !== "asking" ? `${number(entries.length)} 个结果` : "";
  }

  const heading = () => el("li", { class: "heading", role: "presentation" }, both("地址", "Addresses"), state === "asking" ? el("i", { class: "asking", "aria-hidden": "true" }) : null);

  // What stands where nothing does: that nothing was found, or why not.
  function besides() {
    const wrong = state !== "asking" && state !== "told" && state !== "" ? state : null;
    const nothing = state === "asking" ? null : !entries.length ? both("没有找到", "Nothing found") : null;
    return wrong || nothing ? el("li", { class: "nothing", role: "presentation" }, wrong || nothing) : null;
  }

  function option(entry, at) {
    const item = el("li", { id: `found-${at}`, role: "option", "aria-selected": String(at === chosen) }, ...(entry.unit ? ofUnit(entry.unit) : ofPlace(entry.place)));
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => go(entry));
    return item;
  }

  function ofUnit(unit) {
    const above = gridgeo.topology.chain(unit).slice(0, -1).map((one) => one.facts.name_zh).join(" › ");
    const level = topology.levels[unit.rank];
    return [
      el("span", { class: "name" }, both(unit.facts.name_zh, unit.facts.name_en)),
      el("span", { class: "where" }, [level.zh, above].filter(Boolean).join(" · ")),
      el("code", {}, unit.facts.code || ""),
    ];
  }

  function ofPlace(place) {
    const how = PLAIN.has(place.how) && !place.alias ? null : words.of(words.HOW, place.alias ? "alias" : place.how);
    const many = place.count && place.kind !== "house" ? `${number(place.count)} ${place.kind === "building" ? "套" : "栋"}` : null;
    return [
      el("span", { class: "name", title: place.address }, words.within(place.name || place.address, place.units), how ? el("span", { class: "tag how", title: how[1] }, how[0]) : null, place.live === false ? el("span", { class: "tag" }, "已不存在") : null),
      el("span", { class: "where" }, [words.of(words.KINDS, place.kind)[0], many, place.units.map((unit) => unit.name_zh).slice(0, 3).join(" › ")].filter(Boolean).join(" · ")),
      place.code ? el("code", {}, place.code) : null,
    ].filter(Boolean);
  }

  function go(entry) {
    close();
    box.blur();
    if (entry.unit) view.reveal(entry.unit);
    else places.open(entry.place);
    find("#planner_map").focus({ preventScroll: true });
  }

  function close() {
    box.value = "";
    entries = [];
    chosen = -1;
    hurried = false;
    stop();
    draw();
  }

  function onEnter() {
    if (chosen >= 0) go(entries[chosen]);
    else hurried = state === "asking";
  }

  box.addEventListener("input", ask);
  box.addEventListener("focus", () => box.value && ask());
  box.addEventListener("blur", () => (list.hidden = true));
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && entries.length) {
      chosen = (chosen + step + entries.length) % entries.length;
      draw();
      find(`#found-${chosen}`).scrollIntoView({ block: "nearest" });
      event.preventDefault();
    } else if (event.key === "Enter" && !event.isComposing) onEnter();
    else if (event.key === "Escape") {
      if (box.value) close();
      else find("#planner_map").focus({ preventScroll: true });
      event.stopPropagation();
    }
  });
};
