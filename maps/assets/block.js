// Block data (块数据) in the card of a unit: counts by kind, never a list of people. Asked when the card opens.
gridgeo.block = (asked, config) => {
  const { el, both, fill, number } = gridgeo.dom;
  const { meanwhile } = gridgeo;
  const { pick } = gridgeo.language;
  const KINDS = [["persons", "人员", "Persons"], ["organisations", "机构", "Organisations"], ["numbers", "号码", "Numbers"], ["events", "事件", "Events"]];
  const inQuery = (name) => new URLSearchParams(config.query).get(name);

  function section(unit) {
    if (inQuery("datetime")) return null; // counts are of today's edition only
    const body = el("div", { "aria-live": "polite" }, meanwhile.waiting(2));
    if (asked.allows("blocks")) load(unit, body);
    else fill(body, locked());
    return el("section", { class: "block" }, el("h3", {}, both("块数据", "Block data")), body);
  }

  const locked = () => meanwhile.locked("查看块数据需要密钥", "Block data need a key");

  async function load(unit, body) {
    const scheme = inQuery("scheme");
    try {
      const told = await asked.get(`/blocks/${encodeURIComponent(unit.ref)}${scheme ? `?scheme=${encodeURIComponent(scheme)}` : ""}`);
      fill(body, ...drawn(told));
    } catch (fault) {
      fill(body, meanwhile.barred(fault) ? locked() : fault.status === 409 ? el("p", { class: "quiet" }, both("尚未统计", "Not counted yet")) : meanwhile.wrong(fault));
    }
  }

  function drawn(told) {
    const { suppress_under: threshold, round_to: step } = told.rule;
    const linked = KINDS.map(([key, zh, en]) => group(zh, en, told[key].filter((one) => one.count || one.hidden), threshold));
    const rule = [
      threshold > 1 ? pick(`小于 ${threshold} 不显示`, `counts under ${threshold} are not told`) : null,
      step > 1 ? pick(`≈ 按 ${step} 取整`, `≈ rounded to ${step}`) : null, pick(`统计日 ${told.counted.as_of}`, `as of ${told.counted.as_of}`),
    ];
    return [
      stock("楼栋", "Buildings", told.buildings, pick("栋", "buildings")), stock("房屋", "Houses", told.houses, pick("套", "houses")), ...linked,
      el("p", { class: "note" }, rule.filter(Boolean).join(pick("；", "; "))),
    ];
  }

  // Those that are there today, by use: a bar each, as long as its share.
  function stock(zh, en, { count, by_use: rows }, unit) {
    const uses = new Map();
    for (const row of rows) {
      if (!["in_use", "under_investigation"].includes(row.status)) continue;
      const one = uses.get(row.use) || { name: pick(row.use_zh, row.use_en), count: 0 };
      uses.set(row.use, { ...one, count: one.count + row.count });
    }
    const sorted = [...uses.values()].sort((a, b) => b.count - a.count);
    return el("div", { class: "stock" },
      el("h4", {}, both(zh, en), el("b", {}, `${number(count)} ${unit}`)),
      el("ul", {}, ...sorted.map((one) => el("li", {}, el("span", {}, one.name), el("span", { class: "share", "aria-hidden": "true" }, el("i", { width: `${(100 * one.count) / Math.max(count, 1)}%` })), el("span", { class: "count" }, number(one.count))))));
  }

  function group(zh, en, roles, threshold) {
    if (!roles.length) return null;
    const rows = roles.map((one) => el("div", {}, el("dt", {}, both(one.role_zh, one.role_en)), el("dd", { title: one.least === one.most ? null : `${number(one.least)} – ${number(one.most)}` }, count(one, threshold), besides(one, threshold))));
    return el("div", { class: "told" }, el("h4", {}, both(zh, en)), el("dl", { class: "figures" }, ...rows));
  }

  const besides = ({ count: told, hidden }, threshold) => (told !== null && hidden ? el("small", {}, pick(` 另 ${number(hidden)} 格 <${threshold}`, ` and ${number(hidden)} grids <${threshold}`)) : null);

  // Nothing told of one grid is fewer than the threshold; of several, each of them is.
  function count({ count: told, hidden, least, most }, threshold) {
    if (told === null) return hidden > 1 ? pick(`每格 <${threshold}`, `<${threshold} each`) : `<${threshold}`;
    return least === most ? number(told) : `≈${number(told)}`;
  }

  return { section };
};
