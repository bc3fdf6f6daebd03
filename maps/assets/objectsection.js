// Objects in the card of a unit: how many of each major class as bars; a class opens to its categories, each a way to see only it.
gridgeo.objectsection = (topology, store, counts, categories, symbols) => {
  const { el, both, fill, number } = gridgeo.dom;
  const { meanwhile } = gridgeo;

  function section(unit) {
    const body = el("div", { "aria-live": "polite" }, meanwhile.waiting(2));
    load(unit, body);
    return el("section", { class: "objects-of" }, el("h3", {}, gridgeo.editions.past(topology) || store.get().day ? both("今日部件", "Today's objects") : both("部件", "Objects")), body);
  }

  async function load(unit, body) {
    try {
      const told = await counts.byCategory(unit);
      fill(body, ...(told.n ? drawn(told) : [el("p", { class: "quiet" }, both("没有部件", "None here"))]));
    } catch (fault) {
      fill(body, meanwhile.wrong(fault));
    }
  }

  function drawn(told) {
    const majors = categories.majors.map((major) => ({ major, n: counts.sum(major.leaves, told) })).filter(({ n }) => n);
    const most = Math.max(...majors.map(({ n }) => n));
    return [
      el("p", { class: "total" }, el("b", {}, number(told.n)), " ", both("个", "objects")),
      ...majors.map(({ major, n }) => group(major, n, most, told)),
    ];
  }

  function group(major, n, most, told) {
    const leaves = major.leaves.map((leaf) => [leaf, told.of.get(leaf.id) || 0]).filter(([, m]) => m).sort((a, b) => b[1] - a[1]);
    const list = el("ul", {}, ...leaves.map(([leaf, m]) => el("li", {}, el("button", { type: "button", class: "row", title: "只看这一类 Only this", onclick: () => only([leaf.id]) }, symbols.inText(leaf), el("span", {}, both(leaf.zh, leaf.en)), el("span", { class: "count" }, number(m))))));
    return el("details", {},
      el("summary", {}, symbols.inText(gridgeo.layertree.face(major), 6), el("span", { class: "of" }, both(major.zh, major.en)), el("span", { class: "count" }, number(n)), el("span", { class: "share", "aria-hidden": "true" }, el("i", { colour: major.colour, width: `${(100 * n) / most}%` }))),
      list);
  }

  const only = (ids) => store.change({ chosen: categories.choice(new Set(ids)) });

  return { section };
};
