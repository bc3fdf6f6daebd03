// The card of a managed object: what it is, in which state, where, since when; and what it was before.
gridgeo.objectcard = (topology, store, view, places, asked, { categories, symbols }, { api }) => {
  const { el, both, number } = gridgeo.dom;
  const { card, words } = gridgeo;
  const { pick } = gridgeo.language;

  async function one(id, options) {
    const [thing, past] = await Promise.all([asked.get(`/objects/${id}`, options), asked.get(`/objects/${id}/history`, options)]);
    const drawn = thing.category.geometry_kind === "point" ? null : await asked.get(`/objects/${id}?f=geojson`, options);
    return { ...thing, past: past.changes, shape: drawn && drawn.geometry };
  }

  async function within(query, options) {
    const { chosen } = store.get();
    const { objects } = await asked.get(`/objects?${[query, chosen && categories.asked(chosen)].filter(Boolean).join("&")}`, options);
    return objects.map(({ object_id: id, category_id: category, status, name }) => ({ id, category, status, name }));
  }

  // Of a category that is no longer in the tree the answer itself says what there is to say.
  const leafOf = ({ category: one }) => categories.byId.get(one.category_id) || { ...one, zh: one.name, en: one.name_en, order: 0 };
  const called = ({ zh, en }) => pick(zh, en);
  const nameOf = (thing) => thing.name || called(leafOf(thing));

  function row({ category, status: key, name }) {
    const leaf = categories.byId.get(category) || {};
    return [symbols.inText(leaf), el("span", {}, name || called(leaf)), status(key)];
  }

  const status = (key) => el("span", { class: "status", "data-object-status": key }, words.say(words.OBJECT_STATUSES, key));

  function told(thing, header) {
    const leaf = leafOf(thing), units = thing.grid.chain.map((unit) => topology.byId.get(unit.code) || unit);
    return [
      header(nameOf(thing), status(thing.status)),
      el("p", { class: "category" }, symbols.inText(leaf, 9), el("span", {}, path([leaf.major, leaf.minor, leaf.zh]), el("small", { lang: "en" }, path([leaf.major_en, leaf.minor_en, leaf.en])))),
      gridgeo.code.row(thing.element_code), card.chain(units, view.enter), figures(thing, leaf), attributes(thing, leaf), history(thing), links(thing),
    ];
  }

  const path = (names) => names.filter(Boolean).join(" › ");

  function figures(thing, leaf) {
    return card.rows([
      [["责任部门", "Department"], thing.department && gridgeo.language.name(thing.department)],
      [["状态自", "In this state since"], thing.since],
      [["上次巡查", "Inspected"], thing.inspected_on],
      [["应巡查", "Inspection due"], due(thing.inspection_due)],
      [["定位精度", "Accuracy"], words.ACCURACY[leaf.accuracy] && words.say(words.ACCURACY, leaf.accuracy)],
      [["楼层", "Floor"], thing.floor ? words.floor(thing.floor) : null],
      [["所在", "Its building"], thing.place ? card.place(thing.place.code, places) : null],
      [["网格归属", "In the grid"], words.OUTCOMES[thing.grid.outcome] && words.say(words.OUTCOMES, thing.grid.outcome)],
      [["坐标", "Coordinates"], `${thing.lon.toFixed(6)}, ${thing.lat.toFixed(6)}`],
      [["来源", "Source"], thing.source],
    ]);
  }

  function due(day) {
    if (!day) return null;
    const late = day < new Date().toISOString().slice(0, 10);
    return el("span", { class: late ? "late" : null }, day, late ? el("small", {}, pick(" 逾期", " overdue")) : null);
  }

  function attributes(thing, leaf) {
    const given = Object.entries(thing.attributes || {});
    if (!given.length) return null;
    const schema = new Map((leaf.attributes || []).map((one) => [one.name, one]));
    const pairs = given.map(([key, value]) => {
      const { name_zh: zh, name_en: en, unit } = schema.get(key) || {};
      return [[zh || key, en || ""], `${typeof value === "number" ? number(value) : value}${unit ? ` ${unit}` : ""}`];
    });
    return el("section", {}, el("h3", {}, both("属性", "Attributes")), card.rows(pairs));
  }

  // What it was, the latest first; what was corrected since was never so.
  function history({ past }) {
    const all = past.filter((one) => one.valid_from).sort((a, b) => String(b.valid_from).localeCompare(String(a.valid_from)));
    const entry = ({ status: key, category_id: id, valid_from: from, valid_to: to, source }, at) =>
      el("li", { "data-object-status": key }, el("b", {}, words.say(words.OBJECT_STATUSES, key)), el("span", {}, words.period(from, to)),
        all[at + 1] && all[at + 1].category_id !== id ? el("span", {}, both("改类", "reclassified")) : null, source ? el("small", {}, source) : null);
    return el("section", {}, el("h3", {}, both("经历", "History")), el("ol", { class: "timeline" }, ...all.map(entry)));
  }

  const links = ({ object_id: id }) => card.links([
    [`${api}/objects/${id}`, "接口条目", "API item"], [`${api}/objects/${id}?f=geojson`, "导出", "GeoJSON", `object-${id}.geojson`], [`${api}/objects/${id}/history`, "变更", "History"],
  ]);

  const said = (thing) => `${nameOf(thing)} ${thing.element_code}`;

  gridgeo.thingcard(store, { chosen: "object", known: "thing", zh: "部件", en: "Object", measure: "个", one, within, told, row, said });
};
