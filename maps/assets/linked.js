// Who and what is linked to a house (关联): masked, by kind. Asked only with the right to, for every look is recorded.
gridgeo.linked = (asked) => {
  const { el, both, fill, number } = gridgeo.dom;
  const { words } = gridgeo;
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

  function locked() {
    return el("p", { class: "quiet" }, both("查看关联需要密钥", "Links need a key"), el("button", { type: "button", class: "plain link", "data-opens": "key" }, both("输入密钥", "Enter a key")));
  }

  async function load(code, body) {
    fill(body, el("p", { class: "quiet" }, both("正在查询", "Asking")));
    try {
      const [{ links, complete }, named] = await Promise.all([asked.get(`/houses/${code}/links`), known()]);
      fill(body, ...groups(links, named), complete ? null : el("p", { class: "note" }, both("只列出一部分", "Not all of them")), el("p", { class: "note" }, both("代码已遮盖；每次查询均有记录", "Masked; every look is recorded")));
    } catch (fault) {
      fill(body, fault.status === 401 || fault.status === 403 ? locked() : el("p", { class: "quiet" }, both(...fault.words || ["出错了", "Something went wrong"])));
    }
  }

  function groups(links, { roles, methods }) {
    const present = Object.entries(words.CODES).filter(([kind]) => links[kind].length);
    if (!present.length) return [el("p", { class: "quiet" }, both("没有关联", "Nothing is linked"))];
    return present.map(([kind, names]) =>
      el("div", { class: "group" }, el("h4", {}, both(...names), el("span", { class: "count" }, number(links[kind].length))),
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
