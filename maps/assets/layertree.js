// The tree of layers: majors, minors and categories, each with a box of three states, its symbol and how many there are.
// One row takes the focus; arrows move, open and close, space ticks, Enter shows only this. Source: WAI-ARIA tree view pattern.
gridgeo.layertree = (topology, store, counts, categories, symbols) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { pick } = gridgeo.language;
  const node = find("#layers"), tree = find("#layers-tree"), box = find("#layers-search"), head = find("#layers-total"), buttons = find("#layers-buttons");
  const opened = new Set();
  let known = null, focused = null, rows = [], asking = 0;

  const nodes = categories.majors.map((major) => branch(major.zh, major.en, major.leaves, gridgeo.layertree.face(major), major.minors.map((minor) =>
    branch(`${major.zh}/${minor.zh}`, minor.en, minor.leaves, null, minor.leaves.map((leaf) => branch(leaf.path || `${leaf.major}/${leaf.minor}/${leaf.zh}`, leaf.en, [leaf], leaf, []))))));

  function branch(key, en, leaves, face, below) {
    const made = { key, zh: key.split("/").at(-1), en, leaves, face, below, above: null };
    for (const one of below) one.above = made;
    return made;
  }

  function stateOf({ leaves }, chosen) {
    if (chosen === null) return "true";
    const on = leaves.filter((leaf) => chosen.includes(leaf.id)).length;
    return on === leaves.length ? "true" : on ? "mixed" : "false";
  }

  const plain = (text) => text.normalize("NFKC").toLowerCase().trim();
  const matches = (one, q) => plain(`${one.zh} ${one.en}`).includes(q);
  const holds = (one, q) => matches(one, q) || one.below.some((below) => holds(below, q));

  // The rows that are seen: what is open, or with something sought all that leads to it.
  function seen(q) {
    const walk = (one, depth, shown) => {
      if (q && !shown && !holds(one, q)) return [];
      const whole = shown || (q && matches(one, q));
      const open = one.below.length > 0 && (opened.has(one) || (Boolean(q) && !matches(one, q)));
      return [{ one, depth, open }, ...(open ? one.below.flatMap((below) => walk(below, depth + 1, whole)) : [])];
    };
    return nodes.flatMap((one) => walk(one, 1, false));
  }

  function draw() {
    const { chosen, selected } = store.get(), held = tree.contains(document.activeElement);
    rows = seen(plain(box.value));
    if (!rows.some(({ one }) => one === focused)) focused = rows.length ? rows[0].one : null;
    fill(tree, ...rows.map((row) => item(row, chosen)), rows.length ? null : el("li", { class: "nothing", role: "none" }, both("没有这样的类别", "No such category")));
    fill(head, known ? el("b", {}, number(known.n)) : "…", `${pick(" 个", " objects")} · ${selected ? gridgeo.language.name(selected.facts) : pick("全部", "everywhere")}`);
    const total = categories.ids.length, on = chosen === null ? total : chosen.length;
    fill(find("#layers-chosen"), `${on} / ${total}`);
    for (const button of buttons.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.all === "yes" ? chosen === null : on === 0));
    if (held && focused) rowOf(focused).focus();
  }

  const rowOf = (one) => tree.children[rows.findIndex((row) => row.one === one)];

  function item({ one, depth, open }, chosen) {
    const state = stateOf(one, chosen), n = known ? counts.sum(one.leaves, known) : null;
    const row = el("li", {
      role: "treeitem", class: `depth-${depth}`, "aria-level": String(depth), "aria-checked": state, "aria-expanded": one.below.length ? String(open) : null,
      tabindex: one === focused ? "0" : "-1", "data-key": one.key, "aria-label": `${one.zh} ${one.en} ${n === null ? "" : number(n)}`,
    },
      el("span", { class: one.below.length ? "twist" : "twist none", "aria-hidden": "true" }),
      el("span", { class: "tick", "aria-hidden": "true" }),
      one.face ? symbols.inText(one.face, depth === 1 ? 6 : 7) : null,
      el("span", { class: "what" }, both(one.zh, one.en)),
      el("span", { class: "only", title: "只看 Only this (Enter)", "aria-hidden": "true" }, pick("仅", "only")),
      el("span", { class: n === 0 ? "count zero" : "count" }, n === null ? "" : number(n)));
    row.addEventListener("click", (event) => press(one, event.target));
    return row;
  }

  function press(one, target) {
    focused = one;
    if (target.closest(".only")) only(one);
    else if (target.closest(".tick, .symbol") || !one.below.length) tick(one);
    else turn(one);
    rowOf(one)?.focus({ preventScroll: true });
  }

  function turn(one, open = !opened.has(one)) {
    opened[open ? "add" : "delete"](one);
    draw();
  }

  function tick(one) {
    const { chosen } = store.get(), some = new Set(chosen === null ? categories.ids : chosen), off = stateOf(one, chosen) === "true";
    for (const leaf of one.leaves) some[off ? "delete" : "add"](leaf.id);
    store.change({ chosen: categories.choice(some) });
  }

  const only = (one) => store.change({ chosen: categories.choice(new Set(one.leaves.map((leaf) => leaf.id))) });

  function go(one) {
    focused = one;
    draw();
    rowOf(one)?.focus();
  }

  // What a key does on the row that has the focus.
  const KEYS = {
    ArrowDown: (at) => rows[at + 1] && go(rows[at + 1].one),
    ArrowUp: (at) => rows[at - 1] && go(rows[at - 1].one),
    Home: () => go(rows[0].one),
    End: () => go(rows.at(-1).one),
    ArrowRight: (at) => (rows[at].open ? go(rows[at + 1].one) : rows[at].one.below.length && turn(rows[at].one, true)),
    ArrowLeft: (at) => (rows[at].open && opened.has(rows[at].one) ? turn(rows[at].one, false) : rows[at].one.above && go(rows[at].one.above)),
    " ": (at) => tick(rows[at].one),
    Enter: (at) => only(rows[at].one),
  };

  tree.addEventListener("keydown", (event) => {
    const at = rows.findIndex(({ one }) => one === focused);
    if (at < 0 || !KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    KEYS[event.key](at);
    event.preventDefault();
    event.stopPropagation();
  });

  async function count({ selected }) {
    const mine = ++asking;
    const told = await counts.byCategory(selected).catch(() => null);
    const whole = told && !told.n && selected ? await counts.byCategory(null).catch(() => null) : told;
    if (mine !== asking) return;
    known = told;
    vacant(Boolean(whole && !whole.n));
    draw();
  }

  // Categories of which there is nothing anywhere: no tree of zeros, but what to do.
  function vacant(empty) {
    document.body.classList.toggle("without-objects", empty);
    find("#layers-empty").hidden = !empty;
  }

  // Numbers are today's, whichever grids and objects are drawn.
  function dated({ compare, day }) {
    const today = find("#layers-today");
    today.hidden = !gridgeo.editions.past(topology) && !compare && !day;
    fill(today, both("今日部件", "today's objects"));
  }

  buttons.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) store.change({ chosen: button.dataset.all === "yes" ? null : categories.choice(new Set()) });
  });
  box.addEventListener("input", draw);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    box.value = "";
    draw();
    event.stopPropagation();
  });
  node.hidden = false;
  store.watch(["chosen", "selected", "lang"], draw);
  store.watch(["edition", "compare", "day"], dated);
  store.watch(["selected", "caller", "looked"], count);
};

// A major class has its own shape and colour, and no sign within.
gridgeo.layertree.face = (major) => ({ colour: major.colour, order: major.order, zh: major.zh, sign: " " });
