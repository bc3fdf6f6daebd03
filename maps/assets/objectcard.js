// The card of a managed object: what it is, in which state, where, since when; and what it was before.
gridgeo.objectcard = (topology, store, view, places, asked, { categories, symbols }, { api }) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { words } = gridgeo;
  const { pick } = gridgeo.language;
  const node = find("#card");
  const MOST = 50; // objects of one place that are listed
  let running = null;

  async function tell(object) {
    if (running) running.abort();
    store.change({ thing: null });
    if (!object || object.several) return;
    running = new AbortController();
    const { signal } = running;
    try {
      const thing = await (object.box ? within(object, { signal }) : known(object, { signal }));
      if (!signal.aborted) store.change({ thing });
    } catch (fault) {
      if (!signal.aborted) store.change({ thing: { fault } });
    }
  }

  async function known({ id }, options) {
    const [one, past] = await Promise.all([asked.get(`/objects/${id}`, options), asked.get(`/objects/${id}/history`, options)]);
    const drawn = one.category.geometry_kind === "point" ? null : await asked.get(`/objects/${id}?f=geojson`, options);
    return { ...one, past: past.changes, shape: drawn && drawn.geometry };
  }

  async function within({ box }, options) {
    const { chosen } = store.get();
    const answer = await asked.get(`/objects?bbox=${box.map((at) => at.toFixed(6)).join(",")}&limit=${MOST}${chosen ? `&${categories.asked(chosen)}` : ""}`, options);
    return { several: answer.objects.map((one) => ({ id: one.object_id, category: one.category_id, status: one.status, name: one.name })) };
  }

  function draw({ object, thing }) {
    if (!object) return;
    node.hidden = false;
    document.body.classList.add("with-card");
    const several = object.several || (thing && thing.several);
    if (several) fill(node, header(both("部件", "Objects"), pick(`${number(object.n || several.length)} 个部件在同一处`, `${number(object.n || several.length)} objects in one place`)), list(several));
    else if (!thing) fill(node, header(both("部件", "Object"), "…"), waiting());
    else if (thing.fault) fill(node, header(both("部件", "Object"), "—"), el("p", { class: "quiet", role: "status" }, both(...thing.fault.words || ["出错了", "Something went wrong"])));
    else fill(node, ...told(thing));
    node.scrollTop = 0;
    find("#said").textContent = thing && thing.element_code ? `${nameOf(thing)} ${thing.element_code}` : "";
  }

  const waiting = () => el("div", { class: "waiting", "aria-label": "正在载入 Loading" }, el("i"), el("i"), el("i"));

  function header(kind, name, ...more) {
    return el("header", {},
      el("p", { class: "kind" }, kind, ...more),
      el("h2", { tabindex: "-1" }, name),
      el("button", { type: "button", class: "close", "aria-label": "关闭 Close", onclick: close }, "×"));
  }

  function close() {
    store.change({ object: null });
    find("#planner_map").focus({ preventScroll: true });
  }

  // Of a category that is no longer in the tree the answer itself says what there is to say.
  const leafOf = ({ category: one }) => categories.byId.get(one.category_id) || { ...one, zh: one.name, en: one.name_en, order: 0 };
  const called = ({ zh, en }) => pick(zh, en);
  const nameOf = (thing) => thing.name || called(leafOf(thing));

  function list(several) {
    return el("ul", { class: "together" }, ...several.slice(0, MOST).map((one) => {
      const leaf = categories.byId.get(one.category) || {};
      return el("li", {}, el("button", { type: "button", class: "row", onclick: () => store.change({ object: { id: one.id } }) }, symbols.inText(leaf), el("span", {}, one.name || called(leaf)), status(one.status)));
    }));
  }

  const status = (key) => el("span", { class: "status", "data-object-status": key }, words.say(words.OBJECT_STATUSES, key));

  function told(thing) {
    const leaf = leafOf(thing);
    return [
      header(both("部件", "Object"), nameOf(thing), status(thing.status)),
      el("p", { class: "category" }, symbols.inText(leaf, 9), el("span", {}, path([leaf.major, leaf.minor, leaf.zh]), el("small", { lang: "en" }, path([leaf.major_en, leaf.minor_en, leaf.en])))),
      gridgeo.code.row(thing.element_code), chain(thing), figures(thing, leaf), attributes(thing, leaf), history(thing), links(thing),
    ];
  }

  const path = (names) => names.filter(Boolean).join(" › ");

  function chain(thing) {
    const { chain: units } = thing.grid;
    if (!units.length) return el("p", { class: "quiet" }, both("不在任何网格内", "In no grid"));
    return el("ol", { class: "chain", "aria-label": "所属 Belongs to" }, ...units.map(({ code, name_zh: name }) => {
      const unit = topology.byId.get(code);
      return el("li", {}, unit ? el("button", { type: "button", class: "plain", onclick: () => view.enter(unit) }, gridgeo.language.name(unit.facts)) : name);
    }));
  }

  function rows(pairs) {
    const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
    return el("dl", { class: "figures" }, ...shown.map(([name, value]) => el("div", {}, el("dt", {}, both(...name)), el("dd", {}, value))));
  }

  function figures(thing, leaf) {
    return rows([
      [["责任部门", "Department"], thing.department && gridgeo.language.name(thing.department)],
      [["状态自", "In this state since"], thing.since],
      [["上次巡查", "Inspected"], thing.inspected_on],
      [["应巡查", "Inspection due"], due(thing.inspection_due)],
      [["定位精度", "Accuracy"], words.ACCURACY[leaf.accuracy] && words.say(words.ACCURACY, leaf.accuracy)],
      [["楼层", "Floor"], thing.floor ? words.floor(thing.floor) : null],
      [["所在", "Its building"], thing.place ? placeLink(thing.place.code) : null],
      [["网格归属", "In the grid"], words.OUTCOMES[thing.grid.outcome] && words.say(words.OUTCOMES, thing.grid.outcome)],
      [["坐标", "Coordinates"], `${thing.lon.toFixed(6)}, ${thing.lat.toFixed(6)}`],
      [["来源", "Source"], thing.source],
    ]);
  }

  const placeLink = (code) => (places ? el("button", { type: "button", class: "plain link", onclick: () => places.ofCode(code) }, el("code", {}, code)) : el("code", {}, code));

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
    return el("section", {}, el("h3", {}, both("属性", "Attributes")), rows(pairs));
  }

  // What it was, the latest first; what was corrected since was never so.
  function history({ past }) {
    const all = past.filter((one) => one.valid_from).sort((a, b) => String(b.valid_from).localeCompare(String(a.valid_from)));
    const entry = ({ status: key, category_id: id, valid_from: from, valid_to: to, source }, at) =>
      el("li", { "data-object-status": key }, el("b", {}, words.say(words.OBJECT_STATUSES, key)), el("span", {}, words.period(from, to)),
        all[at + 1] && all[at + 1].category_id !== id ? el("span", {}, both("改类", "reclassified")) : null, source ? el("small", {}, source) : null);
    return el("section", {}, el("h3", {}, both("经历", "History")), el("ol", { class: "timeline" }, ...all.map(entry)));
  }

  function links({ object_id: id }) {
    return el("p", { class: "links" },
      el("a", { href: `${api}/objects/${id}`, target: "_blank", rel: "noopener" }, both("接口条目", "API item")),
      el("a", { href: `${api}/objects/${id}?f=geojson`, download: `object-${id}.geojson` }, both("导出", "GeoJSON")),
      el("a", { href: `${api}/objects/${id}/history`, target: "_blank", rel: "noopener" }, both("变更", "History")));
  }

  store.watch(["object", "caller"], ({ object }) => tell(object));
  store.watch(["object", "thing", "lang"], draw);
};
