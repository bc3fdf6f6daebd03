// The card of a building, a house, a compound or a road.
gridgeo.placecard = (topology, store, view, places, asked, { api }) => {
  const { find, el, both, number } = gridgeo.dom;
  const { card, meanwhile, words } = gridgeo;
  const { pick } = gridgeo.language;
  const linked = gridgeo.linked(asked);

  function draw({ place, told }) {
    if (!place) return;
    const about = told && (told.house || told.building);
    card.lay(place, ...content(place, told, about));
    find("#said").textContent = about ? about.address : "";
  }

  function content(place, told, about) {
    if (!told) return [header(place, place.name || "…"), code(place), meanwhile.waiting()];
    if (told.fault) return [header(place, place.name || "—"), code(place), meanwhile.wrong(told.fault)];
    if (!about && !told.gone) return [header(place, place.name), written(place), listed(place, told.buildings)];
    return [header(place, title(place, about), about), code(place), gone(told), ...(about ? known(place, told, about) : [])];
  }

  function header(place, name, about) {
    const status = about && about.status !== "in_use" ? el("span", { class: "tag" }, both(...words.of(words.STATUSES, about.status))) : null;
    return card.header([both(...words.of(words.KINDS, place.kind)), status], [name], () => store.change({ place: null }));
  }

  const title = (place, about) => (!about ? place.name || "—" : place.kind === "house" ? words.door(about.parts) : words.building(about.parts));
  const code = (place) => (place.code ? gridgeo.code.row(place.code) : null);
  const written = ({ address }) => el("p", { class: "address" }, address);

  // Of what is no more: since when, and the way to who follows.
  function gone({ gone: since }) {
    if (!since) return null;
    const followers = since.successors.map((one) => el("li", {}, card.place(one, places)));
    return el("div", { class: "no-more", role: "note" },
      el("p", {}, since.since ? both(`自 ${since.since} 起不再存在`, `No more since ${since.since}`) : both("不再存在", "No more")),
      followers.length ? el("p", {}, both("由此承接", "Followed by")) : el("p", {}, both("没有承接的编码", "Nothing follows it")),
      followers.length ? el("ul", {}, ...followers) : null);
  }

  function known(place, told, about) {
    const { house, building, houses, gone: past } = told;
    return [
      written(about), past && !about.units.length ? null : card.chain(about.units.map((unit) => topology.byId.get(unit.code) || unit), view.enter), house ? within(house) : null, figures(about, houses), names(about),
      building ? gridgeo.floors.draw(houses, building.use, places.ofCode) : null,
      past ? null : linked.section(place.code, { atOnce: place.kind === "house" }), links(place),
    ];
  }

  const within = ({ building }) => el("p", { class: "within" }, both("所在楼栋", "Its building"), card.place(building, places));

  function figures(about, houses) {
    const below = about.floors_below ? pick(`${about.floors}（地下 ${about.floors_below}）`, `${about.floors} (${about.floors_below} below ground)`) : about.floors;
    return card.rows([
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
    el("details", { class: "parts" }, el("summary", {}, both("地址分解", "Parts")), card.rows(Object.entries(words.PARTS).map(([key, name]) => [name, about.parts[key]])));

  function listed(place, buildings) {
    if (!buildings.length) return null;
    return el("section", { class: "listed" },
      el("h3", {}, both("楼栋", "Buildings"), place.count > buildings.length ? el("small", {}, pick(`前 ${buildings.length} / ${number(place.count)}`, `the first ${buildings.length} of ${number(place.count)}`)) : null),
      el("ul", {}, ...buildings.map((one) => el("li", {}, el("button", { type: "button", class: "plain link", onclick: () => places.open(one) }, one.name), el("code", {}, one.code)))));
  }

  function links({ kind, code: ref }) {
    if (!asked.open("addresses")) return null;
    const path = `${api}/${kind}s/${ref}`;
    return card.links([
      [path, "接口条目", "API item"], kind === "building" && [`${path}?f=geojson`, "导出", "GeoJSON", `${ref}.geojson`],
      [`${api}/addresses/${ref}/history`, "变更", "History"],
    ]);
  }

  store.watch(["place", "told", "lang"], draw);
};
