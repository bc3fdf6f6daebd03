// The card of a drawn area: its size, the units wholly and partly in it, households, buildings, objects; and ways to take it along.
gridgeo.areacard = (map, topology, store, view, asked, config, exporting, categories) => {
  const { find, el, both, fill, number, narrow } = gridgeo.dom;
  const { card, language, meanwhile, words } = gridgeo;
  const MOST = 40; // units listed by name
  const node = find("#card");
  let known = {}; // what was found, of which area and edition
  let running = null, seen = null; // the area last brought into view

  function draw({ area, selected, place, object, event }, before) {
    const covered = selected || place || object || event;
    if (running && area !== before.area) running.abort();
    if (!area || covered) {
      if (before.area && !area && !covered) hide();
      return;
    }
    const units = [card.rows([size(area)]), meanwhile.waiting(1), el("section", {})];
    card.lay(area, header(area), units[0], units[1], section(area, ...BUILDINGS), section(area, ...OBJECTS), units[2]);
    inside(area, (found) => [figures(area, found), listed(found), taken(area, found)].forEach((one, at) => units[at].replaceWith(...[one].filter(Boolean))));
    if (area !== seen) later(() => store.get().area === area && uncover(area));
    seen = area;
    find("#said").textContent = node.querySelector("h2").textContent;
  }

  // Looked for once, not again at each zoom; `then` is told at once where it is known.
  async function inside(area, then) {
    if (known.area !== area || known.byId !== topology.byId) {
      known = { area, byId: topology.byId, found: null };
      const mine = known;
      mine.asked = gridgeo.inside.units(topology, gridgeo.area.ring(area), () => known === mine).then((found) => (mine.found = found));
    }
    const found = known.found || (await known.asked);
    if (found && store.get().area === area) then(found);
  }

  // Once the card is seen: moving draws all layers anew, which is a task of its own.
  const later = (run) => requestAnimationFrame(() => setTimeout(run));

  // An area that lies under its card, or beyond the edge, comes into what is free; the map is not brought nearer.
  function uncover(area) {
    const { x: width, y: height } = map.getSize(), room = 24;
    const low = narrow() ? node.offsetHeight + room : room, aside = narrow() ? room : node.offsetWidth + 2 * room, above = narrow() ? 66 : room;
    const bounds = L.latLngBounds(gridgeo.area.ring(area).map(([lon, lat]) => [lat, lon]));
    const west = map.latLngToContainerPoint(bounds.getNorthWest()), east = map.latLngToContainerPoint(bounds.getSouthEast());
    if (west.x >= room && west.y >= above && east.x <= width - aside && east.y <= height - low) return;
    map.fitBounds(bounds, { paddingTopLeft: [room, above], paddingBottomRight: [aside, low], maxZoom: map.getZoom(), animate: false });
  }

  function hide() {
    card.clear();
    seen = null;
  }

  function header(area) {
    const name = area.kind === "circle" ? [`半径 ${number(area.metres)} 米`, `${number(area.metres)} m around`] : [`${area.ring.length} 边形`, `${area.ring.length} corners`];
    return card.header([both("圈选", "Selected area")], [name[0], el("small", { lang: "en" }, name[1])], () => store.change({ area: null }), "清除圈选 Clear the area");
  }

  function size(area) {
    const m2 = gridgeo.area.size(area);
    return [["面积", "Area"], m2 < 100000 ? `${number(m2)} m²` : `${number(m2 / 1e6, 3)} km²`];
  }

  function figures(area, found) {
    const rows = [size(area)];
    for (const { level, whole, part } of found) {
      if (whole.length + part.length === 0) continue;
      rows.push([[level.zh, level.en], `${number(whole.length)} ${language.pick("整", "whole")} · ${number(part.length)} ${language.pick("部分", "partly")}`]);
    }
    const homes = households(found.at(-1));
    if (homes) rows.push([["户数", "Households"], homes.text, homes.note]);
    return card.rows(rows);
  }

  // A unit partly inside has its households anywhere in it: the number lies between without and with those.
  function households({ whole, part }) {
    const count = (units) => units.reduce((sum, { facts }) => sum + (facts.household_count || 0), 0);
    if (![...whole, ...part].some(({ facts }) => facts.household_count !== undefined)) return null;
    const least = count(whole), most = least + count(part);
    const lacking = [...whole, ...part].some(({ facts }) => facts.household_count === undefined);
    return { text: least === most ? number(least) : `${number(least)} – ${number(most)}`, note: lacking ? language.pick("有缺", "some unknown") : null };
  }

  function listed(found) {
    const { level, whole, part } = found[Math.min(store.get().shown, found.length - 1)];
    const all = [...whole.map((unit) => [unit, null]), ...part.map((unit) => [unit, language.pick("部分", "partly")])];
    if (!all.length) return el("p", { class: "quiet" }, both("其中没有单元", "No units in it"));
    const items = all.slice(0, MOST).map(([unit, note]) =>
      el("li", {}, el("button", { type: "button", class: "plain", onclick: () => view.reveal(unit) }, language.name(unit.facts)), note ? el("small", {}, note) : null));
    return el("details", { class: "listed" }, el("summary", {}, both(level.zh, level.en), ` ${number(all.length)}`),
      el("ul", {}, ...items), all.length > MOST ? el("p", { class: "note" }, both(`另有 ${number(all.length - MOST)} 个，导出可见全部`, "the export has all")) : null);
  }

  // What only the API knows; where there is none of it, or an edition of the past is shown, the section is not there.
  const BUILDINGS = [config.addresses, "blocks", "楼栋", "Buildings", (area) => ["/blocks", { polygon: gridgeo.area.polygon(area) }], ({ buildings }) => [
    el("p", {}, el("b", {}, number(buildings.count)), " ", both("栋，在整格之内", "in units wholly inside"))]];
  const OBJECTS = [categories, "within", "部件", "Objects", (area) => ["/objects/within", { ...gridgeo.area.told(area), limit: 0 }], (told) => objects(told)];

  function section(area, present, what, zh, en, question, drawn) {
    if (!present || new URLSearchParams(config.query).has("datetime") || !asked.knows(what)) return null;
    const body = el("div", { "aria-live": "polite" }, meanwhile.waiting(1));
    if (!asked.allows(what)) fill(body, meanwhile.locked("需要密钥", "A key is needed"));
    else ask(body, question(area), drawn);
    return el("section", {}, el("h3", {}, both(zh, en)), body);
  }

  async function ask(body, [path, question], drawn) {
    running = running && !running.signal.aborted ? running : new AbortController();
    try {
      fill(body, ...drawn(await asked.post(path, question, { signal: running.signal })));
    } catch (fault) {
      if (fault.name === "AbortError") return;
      fill(body, meanwhile.wrong(fault, el("button", { type: "button", class: "plain link", onclick: () => ask(body, [path, question], drawn) }, both("重试", "Try again"))));
    }
  }

  // Counts by major class, the most numerous first: a bar each, as long as its share; below, in which state they are.
  function objects({ n, by_category: counts, by_status: states }) {
    if (!n) return [el("p", { class: "quiet" }, both("没有部件", "None here"))];
    const of = new Map(counts.map((one) => [one.category_id, one.n]));
    const majors = categories.majors.map((major) => ({ ...major, n: major.leaves.reduce((sum, leaf) => sum + (of.get(leaf.id) || 0), 0) }));
    const sorted = majors.filter((major) => major.n).sort((a, b) => b.n - a.n);
    return [
      el("p", {}, el("b", {}, number(n)), " ", both("个", "objects")),
      el("div", { class: "stock" }, el("ul", {}, ...sorted.map((one) =>
        el("li", {}, el("span", {}, language.pick(one.zh, one.en)), el("span", { class: "share", "aria-hidden": "true" }, el("i", { colour: one.colour, width: `${(100 * one.n) / n}%` })), el("span", { class: "count" }, number(one.n)))))),
      el("p", { class: "note" }, states.map((one) => `${language.pick(...words.of(words.OBJECT_STATUSES, one.status))} ${number(one.n)}`).join(" · ")),
    ];
  }

  function taken(area, found) {
    const units = found[Math.min(store.get().shown, found.length - 1)];
    const said = el("p", { class: "quiet", role: "status" });
    const rows = [];
    if (units.whole.length + units.part.length) rows.push(exporting.ofUnits(units, area, config.query, said));
    if (categories && asked.knows("take")) rows.push(exporting.ofObjects(area, said));
    return rows.length ? el("section", { class: "taken" }, el("h3", {}, both("导出", "Export")), ...rows, said) : null;
  }

  store.watch(["area", "selected", "place", "object", "event", "shown", "caller", "lang", "edition"], draw);
};
