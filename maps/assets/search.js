// The search box: a combobox over the units in memory and, where they are served, over places and managed objects.
// Units are there at once; the others follow when one pauses. Arrows choose, Enter goes there, Escape closes.
gridgeo.search = (topology, view, places, objects, events, asked) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { words } = gridgeo;
  const { pick, name: named } = gridgeo.language;
  const PAUSE = 150, MOST = 12, FEW = 6; // ms of silence before the API is asked; places and objects listed
  const LONG = /[\p{L}\p{N}]{3}/u, NEAR = 15; // what is looked for among all objects; zoom from which the rest is among those in view
  const PLAIN = new Set(["name", "beginning", "address"]);
  const box = find("#search"), list = find("#found"), said = find("#found-said");
  const finder = gridgeo.finder(topology);
  const ADDRESSES = {
    zh: "地址", en: "Addresses", needs: "addresses", draw: ofPlace, go: (place) => places.open(place),
    ask: (q, options) => asked.get(`/addresses?q=${encodeURIComponent(q)}&limit=${MOST}`, options).then((answer) => answer.places.slice(0, MOST)),
  };
  const OBJECTS = {
    zh: "部件", en: "Objects", needs: "objects", draw: ofObject, go: (object) => objects.choose(object.object_id),
    least: 2, longest: 60,
    ask: objectsNamed,
  };
  const EVENT_CODE = /^[0-9A-Z]{9}\d{14}$/;
  const EVENTS = {
    zh: "事件", en: "Events", needs: "events", draw: ofEvent, go: (event) => events.choose(event.event_id),
    least: 23, longest: 23,
    ask: (q, options) => (EVENT_CODE.test(q.toUpperCase()) ? asked.get(`/events/${q.toUpperCase()}`, options).then((one) => [one]) : Promise.resolve([])),
  };
  // Sources beside the units, each with the state it is in: "", asking, told, or what went wrong.
  const sources = [places && ADDRESSES, objects && OBJECTS, events && EVENTS].filter(Boolean).map((one) => ({ ...one, state: "", entries: [] }));
  let units = [], entries = [], chosen = -1;
  let waiting = null, running = null, hurried = false;
  let everywhere = true;
  let question = "", edition = null; // what was asked last, and of which edition

  // A short part of a name is not looked for among too many objects, which the service says once, but among those in view.
  async function objectsNamed(q, options) {
    const list = (within) => asked.get(`/objects?q=${encodeURIComponent(q)}&limit=${FEW}${within}`, options).then((answer) => answer.objects.slice(0, FEW));
    if (everywhere || LONG.test(q)) {
      try {
        return await list("");
      } catch (fault) {
        if (fault.status !== 400) throw fault;
        everywhere = false;
      }
    }
    const box = view.seen(NEAR);
    if (!box) throw Object.assign(new Error("too far"), { words: ["部件名称：请多写几个字，或放大地图", "Names of objects: write more of it, or zoom in"] });
    return list(`&bbox=${box}`);
  }

  function ask() {
    const q = box.value.trim();
    if (q === question && edition === topology.byId && !refused()) return draw(); // it is waited for, or there already
    [question, edition] = [q, topology.byId];
    units = finder.find(box.value).map((unit) => ({ unit }));
    hurried = false;
    stop();
    gathered();
    chosen = entries.length ? 0 : -1;
    if (sources.length && q) {
      for (const source of sources) source.state = "asking";
      waiting = setTimeout(askSources, PAUSE, q);
    }
    draw();
  }

  function stop() {
    clearTimeout(waiting);
    if (running) running.abort();
    running = null;
    for (const source of sources) Object.assign(source, { state: "", entries: [] });
  }

  const gathered = () => (entries = [...units, ...sources.flatMap((source) => source.entries)]);

  function askSources(q) {
    running = new AbortController();
    for (const source of sources) askSource(source, q, running.signal);
  }

  async function askSource(source, q, signal) {
    if (q.length < (source.least || 1) || q.length > (source.longest || Infinity)) return told(source, [], "told", signal);
    if (!asked.allows(source.needs)) return told(source, [], both(`查找${source.zh}需要密钥`, `${source.en} need a key`));
    try {
      told(source, signal.aborted ? [] : await source.ask(q, { signal }), "told", signal);
    } catch (fault) {
      told(source, [], fault.status === 404 ? "told" : both(...fault.words || [`${source.zh}查找出错`, `${source.en} could not be asked for`]), signal);
    }
  }

  function told(source, found, state, signal) {
    if (signal && signal.aborted) return;
    const kept = entries[chosen];
    Object.assign(source, { state, entries: found.map((what) => ({ what, source })) });
    gathered();
    chosen = kept ? entries.indexOf(kept) : entries.length ? 0 : -1;
    draw();
    if (hurried && chosen >= 0) go(entries[chosen]);
  }

  const refused = () => sources.some(({ state }) => typeof state !== "string");
  const asking = () => sources.some((source) => source.state === "asking");

  function draw() {
    const typed = box.value.trim() !== "";
    const options = new Map(entries.map((entry, at) => [entry, option(entry, at)]));
    const groups = sources.flatMap((source) => (typed && (source.entries.length || source.state === "asking" || source === sources[0]) ? [heading(source), ...source.entries.map((entry) => options.get(entry))] : []));
    fill(list, ...units.map((entry) => options.get(entry)), ...groups, typed ? besides() : null);
    list.hidden = !typed;
    box.setAttribute("aria-expanded", String(typed && entries.length > 0));
    if (chosen >= 0) box.setAttribute("aria-activedescendant", `found-${chosen}`);
    else box.removeAttribute("aria-activedescendant");
    said.textContent = typed && !asking() ? pick(`${number(entries.length)} 个结果`, `${number(entries.length)} results`) : "";
  }

  const heading = ({ zh, en, state }) => el("li", { class: "heading", role: "presentation" }, both(zh, en), state === "asking" ? el("i", { class: "asking", "aria-hidden": "true" }) : null);

  // What stands where nothing does: that nothing was found, or why not.
  function besides() {
    const wrong = sources.map(({ state }) => state).filter((state) => typeof state !== "string");
    if (wrong.length) return el("li", { class: "nothing", role: "presentation" }, ...wrong);
    return asking() || entries.length ? null : el("li", { class: "nothing", role: "presentation" }, both("没有找到", "Nothing found"));
  }

  function option(entry, at) {
    const item = el("li", { id: `found-${at}`, role: "option", "aria-selected": String(at === chosen) }, ...(entry.unit ? ofUnit(entry.unit) : entry.source.draw(entry.what)));
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => go(entry));
    return item;
  }

  function ofUnit(unit) {
    const above = gridgeo.topology.chain(unit).slice(0, -1).map((one) => named(one.facts)).join(" › ");
    const level = topology.levels[unit.rank];
    return [
      el("span", { class: "name" }, both(unit.facts.name_zh, unit.facts.name_en)),
      el("span", { class: "where" }, [pick(level.zh, level.en), above].filter(Boolean).join(" · ")),
      el("code", {}, unit.facts.code || ""),
    ];
  }

  function ofPlace(place) {
    const how = PLAIN.has(place.how) && !place.alias ? null : words.of(words.HOW, place.alias ? "alias" : place.how);
    const many = place.count && place.kind !== "house" ? `${number(place.count)} ${place.kind === "building" ? pick("套", "houses") : pick("栋", "buildings")}` : null;
    return [
      el("span", { class: "name", title: place.address }, words.within(place.name || place.address, place.units), how ? el("span", { class: "tag how", title: how.join(" ") }, pick(...how)) : null, place.live === false ? el("span", { class: "tag" }, pick("已不存在", "No more")) : null),
      el("span", { class: "where" }, [words.say(words.KINDS, place.kind), many, place.units.map((unit) => named((topology.byId.get(unit.code) || { facts: unit }).facts)).slice(0, 3).join(" › ")].filter(Boolean).join(" · ")),
      place.code ? el("code", {}, place.code) : null,
    ].filter(Boolean);
  }

  function ofObject({ name, element_code: code, category_id: id, status }) {
    const leaf = objects.categories.byId.get(id) || {};
    return [
      el("span", { class: "name" }, leaf.zh ? objects.symbols.inText(leaf) : null, name || pick(leaf.zh, leaf.en) || code, status === "in_use" ? null : el("span", { class: "tag" }, words.say(words.OBJECT_STATUSES, status))),
      el("span", { class: "where" }, [pick(leaf.minor, leaf.minor_en), name ? pick(leaf.zh, leaf.en) : null].filter(Boolean).join(" · ")),
      el("code", {}, code),
    ];
  }

  function ofEvent(event) {
    return [
      el("span", { class: "name" }, events.face(event), event.class ? pick(event.class.name, event.class.name_en) : pick(...gridgeo.eventwords.UNKNOWN)),
      el("span", { class: "where" }, [pick(...gridgeo.eventwords.STAGES[event.stage]), event.unit && named(event.unit)].filter(Boolean).join(" · ")),
      el("code", {}, event.event_code),
    ];
  }

  function go(entry) {
    close();
    box.blur();
    if (entry.unit) view.reveal(entry.unit);
    else entry.source.go(entry.what);
    find("#planner_map").focus({ preventScroll: true });
  }

  function close() {
    box.value = question = "";
    units = [];
    chosen = -1;
    hurried = false;
    stop();
    gathered();
    draw();
  }

  function onEnter() {
    if (chosen >= 0) go(entries[chosen]);
    else hurried = asking();
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
