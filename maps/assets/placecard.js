// The card of a building, a house, a compound or a road.
gridgeo.placecard = (topology, store, view, places, asked, { api }) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { words } = gridgeo;
  const { pick } = gridgeo.language;
  const node = find("#card");
  const linked = gridgeo.linked(asked);

  function draw({ place, told }) {
    if (!place) return;
    node.hidden = false;
    document.body.classList.add("with-card");
    const about = told && (told.house || told.building);
    if (!told) fill(node, header(place, place.name || "…"), code(place), waiting());
    else if (told.fault) fill(node, header(place, place.name || "—"), code(place), trouble(told.fault));
    else if (!about && !told.gone) fill(node, header(place, place.name), written(place), listed(place, told.buildings));
    else fill(node, header(place, title(place, about), about), code(place), gone(told), ...(about ? known(place, told, about) : []));
    node.scrollTop = 0;
    find("#said").textContent = about ? about.address : "";
  }

  function header(place, name, about) {
    const status = about && about.status !== "in_use" ? both(...words.of(words.STATUSES, about.status)) : null;
    return el("header", {},
      el("p", { class: "kind" }, both(...words.of(words.KINDS, place.kind)), status ? el("span", { class: "tag" }, status) : null),
      el("h2", { tabindex: "-1" }, name),
      el("button", { type: "button", class: "close", "aria-label": "关闭 Close", onclick: close }, "×"));
  }

  function close() {
    store.change({ place: null });
    find("#planner_map").focus({ preventScroll: true });
  }

  const title = (place, about) => (!about ? place.name || "—" : place.kind === "house" ? words.door(about.parts) : words.building(about.parts));
  const code = (place) => (place.code ? gridgeo.code.row(place.code) : null);
  const waiting = () => el("div", { class: "waiting", "aria-label": "正在载入 Loading" }, el("i"), el("i"), el("i"));
  const trouble = (fault) => el("p", { class: "quiet", role: "status" }, both(...fault.words || ["出错了", "Something went wrong"]));
  const written = ({ address }) => el("p", { class: "address" }, address);

  // Of what is no more: since when, and the way to who follows.
  function gone({ gone: since }) {
    if (!since) return null;
    const followers = since.successors.map((one) => el("li", {}, el("button", { type: "button", class: "plain link", onclick: () => places.ofCode(one) }, el("code", {}, one))));
    return el("div", { class: "no-more", role: "note" },
      el("p", {}, since.since ? both(`自 ${since.since} 起不再存在`, `No more since ${since.since}`) : both("不再存在", "No more")),
      followers.length ? el("p", {}, both("由此承接", "Followed by")) : el("p", {}, both("没有承接的编码", "Nothing follows it")),
      followers.length ? el("ul", {}, ...followers) : null);
  }

  function known(place, told, about) {
    const { house, building, houses, gone: past } = told;
    return [
      written(about), past && !about.units.length ? null : chain(about.units), house ? within(house) : null, figures(about, houses), names(about), 
      building ? gridgeo.floors.draw(houses, building.use, places.ofCode) : null,
      past ? null : linked.section(place.code, { atOnce: place.kind === "house" }), links(place),
    ];
  }

  function chain(units) {
    if (!units.length) return el("p", { class: "quiet" }, both("不在任何网格内", "In no grid"));
    return el("ol", { class: "chain", "aria-label": "所属 Belongs to" }, ...units.map(({ code: ref, name_zh: name }) => {
      const unit = topology.byId.get(ref);
      return el("li", {}, unit ? el("button", { type: "button", class: "plain", onclick: () => view.enter(unit) }, gridgeo.language.name(unit.facts)) : name);
    }));
  }

  const within = ({ building }) =>
    el("p", { class: "within" }, both("所在楼栋", "Its building"), el("button", { type: "button", class: "plain link", onclick: () => places.ofCode(building) }, el("code", {}, building)));

  function rows(pairs) {
    const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
    return el("dl", { class: "figures" }, ...shown.map(([name, value]) => el("div", {}, el("dt", {}, both(...name)), el("dd", {}, value))));
  }

  function figures(about, houses) {
    const below = about.floors_below ? pick(`${about.floors}（地下 ${about.floors_below}）`, `${about.floors} (${about.floors_below} below ground)`) : about.floors;
    return rows([
      [["用途", "Use"], about.use ? words.say(words.USES, about.use) : pick("同楼栋", "As its building")],
      [["状态", "Status"], words.say(words.STATUSES, about.status)],
      [["层数", "Floors"], houses ? below : null],
      [["房屋", "Houses"], houses ? pick(`${number(houses.length)} 套`, number(houses.length)) : null],
      [["面积", "Area"], about.area_m2 ? `${number(about.area_m2)} m²` : null],
      [["启用", "Since"], about.valid_from],
    ]);
  }

  // What people call it; the names the standard composes of the parts are folded away.
  function names(about) {
    const all = about.names;
    const given = all.filter((one) => !one.composed);
    const composed = all.filter((one) => one.composed && one.kind !== "full");
    const line = ({ kind, name, valid_from: from, valid_to: to }) =>
      el("li", {}, el("span", { class: "tag" }, words.say(words.NAMES, kind)), el("span", {}, name, from || to ? el("small", {}, words.period(from, to)) : null));
    return el("section", { class: "names" },
      given.length ? el("h3", {}, both("名称", "Names")) : null,
      given.length ? el("ul", {}, ...given.map(line)) : null,
      composed.length ? el("details", {}, el("summary", {}, both("标准名称", "Standard names")), el("ul", {}, ...composed.map(line))) : null,
      parts(about));
  }

  const parts = (about) =>
    el("details", { class: "parts" }, el("summary", {}, both("地址分解", "Parts")), rows(Object.entries(words.PARTS).map(([key, name]) => [name, about.parts[key]])));

  function listed(place, buildings) {
    if (!buildings.length) return null;
    return el("section", { class: "listed" },
      el("h3", {}, both("楼栋", "Buildings"), place.count > buildings.length ? el("small", {}, pick(`前 ${buildings.length} / ${number(place.count)}`, `the first ${buildings.length} of ${number(place.count)}`)) : null),
      el("ul", {}, ...buildings.map((one) => el("li", {}, el("button", { type: "button", class: "plain link", onclick: () => places.open(one) }, one.name), el("code", {}, one.code)))));
  }

  function links({ kind, code: ref }) {
    if (!asked.open("addresses")) return null;
    const path = `${api}/${kind}s/${ref}`;
    return el("p", { class: "links" },
      el("a", { href: path, target: "_blank", rel: "noopener" }, both("接口条目", "API item")),
      kind === "building" ? el("a", { href: `${path}?f=geojson`, download: `${ref}.geojson` }, both("导出", "GeoJSON")) : null,
      el("a", { href: `${api}/addresses/${ref}/history`, target: "_blank", rel: "noopener" }, both("变更", "History")));
  }

  store.watch(["place", "told", "lang"], draw);
};
