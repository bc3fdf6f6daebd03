// The tree of layers: majors, minors and categories of managed objects, each with its symbol and how many there are.
gridgeo.layertree = (topology, store, counts, categories, symbols) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { pick } = gridgeo.language;
  const head = find("#layers-total"), buttons = find("#layers-buttons");
  let known = null, asking = 0;

  const of = ({ leaves }) => (known ? counts.sum(leaves, known) : null);
  const said = (n) => (n === null ? "" : number(n));
  const tree = gridgeo.tree({
    tree: find("#layers-tree"), box: find("#layers-search"), ids: categories.ids, roots: gridgeo.tree.roots(categories.majors, gridgeo.layertree.face),
    chosen: () => store.get().chosen,
    choose: (some) => store.change({ chosen: categories.choice(some) }),
    symbol: ({ face }, depth) => (face ? symbols.inText(face, depth === 1 ? 6 : 7) : null),
    told: (one) => [el("span", { class: of(one) === 0 ? "count zero" : "count" }, said(of(one)))],
    spoken: (one) => said(of(one)),
  });

  function draw() {
    const { chosen, selected } = store.get();
    tree.draw();
    fill(head, known ? el("b", {}, number(known.n)) : "…", `${pick(" 个", " objects")} · ${selected ? gridgeo.language.name(selected.facts) : pick("全部", "everywhere")}`);
    const total = categories.ids.length, on = chosen === null ? total : chosen.length;
    fill(find("#layers-chosen"), `${on} / ${total}`);
    for (const button of buttons.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.all === "yes" ? chosen === null : on === 0));
  }

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
  find("#layers").hidden = false;
  store.watch(["chosen", "selected", "lang"], draw);
  store.watch(["edition", "compare", "day"], dated);
  store.watch(["selected", "caller", "looked"], count);
};

// A major class has its own shape and colour, and no sign within.
gridgeo.layertree.face = (major) => ({ colour: major.colour, order: major.order, zh: major.zh, sign: " " });
