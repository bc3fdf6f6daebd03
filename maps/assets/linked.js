// Who and what is linked to a house (关联): masked, by kind. Asked only with the right to, for every look is recorded.
gridgeo.linked = (asked) => {
  const { el, both, fill, number } = gridgeo.dom;
  const { meanwhile, words } = gridgeo;
  const { name } = gridgeo.language;
  let vocabulary = null;

  // Roles and methods are the installation's own: their words come from the API, once.
  function known() {
    vocabulary = vocabulary || Promise.all([asked.get("/linkage/roles"), asked.get("/linkage/methods")]).then(([{ roles }, { methods }]) => ({
      roles: new Map(roles.map((one) => [`${one.kind} ${one.role}`, one])),
      methods: new Map(methods.map((one) => [one.method, one])),
    }));
    vocabulary.catch(() => (vocabulary = null));
    return vocabulary;
  }

  function section(code, { atOnce }) {
    const body = el("div", { "aria-live": "polite" });
    if (!asked.allows("links")) fill(body, locked());
    else if (atOnce) load(code, body);
    else fill(body, el("button", { type: "button", class: "ghost-button", onclick: () => load(code, body) }, both("查看本楼栋的关联", "Show links of the building itself")));
    return el("section", { class: "linked" }, el("h3", {}, both("关联", "Linked")), body);
  }

  const locked = () => meanwhile.locked("查看关联需要密钥", "Links need a key");

  async function load(code, body, on = "", before = {}) {
    if (!on) fill(body, el("p", { class: "quiet" }, both("正在查询", "Asking")));
    try {
      const [{ links, counts, next }, named] = await Promise.all([asked.get(`/houses/${code}/links${on}`), known()]);
      const listed = Object.fromEntries(Object.keys(links).map((kind) => [kind, [...before[kind] || [], ...links[kind]]]));
      const more = next && rest(listed, counts, () => load(code, body, next.slice(next.indexOf("?")), listed));
      fill(body, ...groups(listed, counts, named), more, el("p", { class: "note" }, both("代码已遮盖；每次查询均有记录", "Masked; every look is recorded")));
      if (on && more) more.querySelector("button").focus();
    } catch (fault) {
      fill(body, meanwhile.barred(fault) ? locked() : meanwhile.wrong(fault));
    }
  }

  // Where hundreds are linked at one door a page of them is listed, and the others when somebody wants them.
  function rest(listed, counts, ask) {
    const [here, all] = [Object.values(listed).flat().length, Object.values(counts).reduce((sum, n) => sum + n, 0)];
    const button = el("button", { type: "button", class: "ghost-button", onclick: () => ((button.disabled = true), ask()) }, both("再列一些", "Show more"));
    return el("p", { class: "rest" }, both(`共 ${number(all)} 条，已列 ${number(here)} 条`, `${number(here)} of ${number(all)} listed`), " ", button);
  }

  function groups(links, counts, { roles, methods }) {
    const present = Object.entries(words.CODES).filter(([kind]) => counts[kind]);
    if (!present.length) return [el("p", { class: "quiet" }, both("没有关联", "Nothing is linked"))];
    return present.map(([kind, names]) =>
      el("div", { class: "group" }, el("h4", {}, both(...names), el("span", { class: "count" }, number(counts[kind]))),
        el("ul", {}, ...links[kind].map((link) => line(link, roles.get(`${kind} ${link.role}`), methods.get(link.method))))));
  }

  function line(link, role, method) {
    const how = [`${method ? name(method) : link.method} ${Math.round(100 * link.confidence)}%`, words.period(link.valid_from, link.valid_to)];
    const from = [link.source, link.evidence].filter(Boolean).join(" · ");
    return el("li", { title: from || null },
      el("code", {}, link.masked), el("span", { class: "tag" }, role ? name(role) : link.role),
      el("small", {}, how.filter(Boolean).join(" · ")), from ? el("small", { class: "from" }, from) : null);
  }

  return { section };
};
