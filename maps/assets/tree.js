// A tree whose leaves can be chosen: rows with boxes of three states, symbols and numbers. One row takes the focus; arrows move,
// open and close, space ticks, Enter shows only this. Source: WAI-ARIA tree view pattern.
// `of`: the tree's element and its search box, the roots, all ids, chosen() and choose(ids or null for all), told(one) for what
// stands at a row's end, spoken(one) for who hears it, symbol(one, depth).
gridgeo.tree = (of) => {
  const { el, both, fill } = gridgeo.dom;
  const { pick } = gridgeo.language;
  const { tree, box, roots } = of;
  const opened = new Set();
  let focused = null, rows = [];

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
    return roots.flatMap((one) => walk(one, 1, false));
  }

  function draw() {
    const chosen = of.chosen(), held = tree.contains(document.activeElement);
    rows = seen(plain(box.value));
    if (!rows.some(({ one }) => one === focused)) focused = rows.length ? rows[0].one : null;
    fill(tree, ...rows.map((row) => item(row, chosen)), rows.length ? null : el("li", { class: "nothing", role: "none" }, both("没有这样的类别", "No such category")));
    if (held && focused) rowOf(focused).focus();
  }

  const rowOf = (one) => tree.children[rows.findIndex((row) => row.one === one)];

  function item({ one, depth, open }, chosen) {
    const row = el("li", {
      role: "treeitem", class: `depth-${depth}`, "aria-level": String(depth), "aria-checked": stateOf(one, chosen), "aria-expanded": one.below.length ? String(open) : null,
      tabindex: one === focused ? "0" : "-1", "data-key": one.key, "aria-label": `${one.zh} ${one.en} ${of.spoken(one)}`,
    },
      el("span", { class: one.below.length ? "twist" : "twist none", "aria-hidden": "true" }),
      el("span", { class: "tick", "aria-hidden": "true" }),
      of.symbol(one, depth),
      el("span", { class: "what" }, both(one.zh, one.en)),
      el("span", { class: "only", title: "只看 Only this (Enter)", "aria-hidden": "true" }, pick("仅", "only")),
      ...of.told(one));
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
    const chosen = of.chosen(), some = new Set(chosen === null ? of.ids : chosen), off = stateOf(one, chosen) === "true";
    for (const leaf of one.leaves) some[off ? "delete" : "add"](leaf.id);
    of.choose(some);
  }

  const only = (one) => of.choose(new Set(one.leaves.map((leaf) => leaf.id)));

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
  box.addEventListener("input", draw);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    box.value = "";
    draw();
    event.stopPropagation();
  });
  return { draw };
};

// Majors, minors and leaves as a tree's roots.
gridgeo.tree.roots = (majors, face = () => null) => {
  function branch(key, en, leaves, face, below) {
    const made = { key, zh: key.split("/").at(-1), en, leaves, face, below, above: null };
    for (const one of below) one.above = made;
    return made;
  }
  return majors.map((major) => branch(major.zh, major.en, major.leaves, face(major), major.minors.map((minor) =>
    branch(`${major.zh}/${minor.zh}`, minor.en, minor.leaves, null, minor.leaves.map((leaf) => branch(leaf.path || `${leaf.major}/${leaf.minor}/${leaf.zh}`, leaf.en, [leaf], leaf, []))))));
};
