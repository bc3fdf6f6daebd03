// Comparing the edition shown with another one: a divider between the two, or the changes in colours, and the list of them.
gridgeo.compare = (map, topology, store, asked, tools, editions, layer, look) => {
  const { el, both, fill } = gridgeo.dom;
  const MODES = { changes: ["变化", "Changes"], swipe: ["卷帘", "Swipe"] };
  const swipe = gridgeo.swipe(map, topology, store, layer, look), changes = gridgeo.changes(map, topology, store, asked, look);
  const body = el("div", { class: "compared", "aria-live": "polite" });
  let running = null;

  const others = () => editions.all.filter(({ id }) => id !== store.get().edition);
  const now = () => store.get().compare;

  function draw() {
    const { id, mode } = now() || usual();
    const select = el("select", { "aria-label": "与哪一版对比 Compare with" }, ...[...others()].reverse().map((one) => el("option", { value: String(one.id) }, `${one.name}（${gridgeo.words.period(one.from)}）`)));
    select.value = String(id);
    select.addEventListener("change", () => store.change({ compare: { ...now(), id: Number(select.value) } }));
    const modes = Object.entries(MODES).map(([key, names]) => {
      const input = el("input", { type: "radio", name: "compare", value: key });
      input.checked = key === mode;
      input.addEventListener("change", () => store.change({ compare: { ...now(), mode: key } }));
      return el("label", {}, input, el("span", {}, both(...names)));
    });
    return [el("label", {}, both("与哪一版对比", "Compare with"), select), el("div", { class: "segments", role: "radiogroup", "aria-label": "怎样对比 How" }, ...modes), body];
  }

  // The edition before the one shown, else the one after it.
  function usual() {
    const { all } = editions, at = all.findIndex(({ id }) => id === store.get().edition);
    return { id: (all[at - 1] || all[at + 1] || all[0]).id, mode: "changes", at: 50 };
  }

  // Only what may be answered now is shown: each choice ends the question before it.
  async function follow({ compare, edition }, before) {
    if (compare && before.compare && compare.id === before.compare.id && compare.mode === before.compare.mode && edition === before.edition) return;
    if (running) running.abort();
    swipe.end();
    changes.clear();
    document.body.classList.toggle("with-changes", Boolean(compare && compare.mode === "changes"));
    if (!compare) return;
    const other = others().find(({ id }) => id === compare.id), shown = editions.shown();
    if (!other || !shown) return store.change({ compare: null });
    const { signal } = (running = new AbortController());
    fill(body, gridgeo.meanwhile.waiting());
    try {
      await (compare.mode === "swipe" ? side(other, shown, signal) : coloured(other, shown, signal));
    } catch (fault) {
      if (!signal.aborted) fill(body, gridgeo.meanwhile.wrong(fault, el("button", { type: "button", class: "plain link", onclick: () => follow(store.get(), {}) }, both("重试", "Try again"))));
    }
  }

  const pair = (other, shown) => (editions.all.indexOf(other) < editions.all.indexOf(shown) ? [other, shown] : [shown, other]);

  async function side(other, shown, signal) {
    const found = await editions.load(other);
    if (signal.aborted) return;
    const [left, right] = pair(other, shown);
    const label = ({ name, from }) => el("span", {}, el("b", {}, name), ` ${from}`);
    swipe.begin(found, left === other, [label(left), label(right)], now().at, (at) => store.change({ compare: { ...now(), at } }));
    fill(body, el("p", { class: "note" }, both("拖动分割线，或用左右方向键。", "Drag the divider, or use the arrow keys.")));
  }

  async function coloured(other, shown, signal) {
    const told = await changes.ask(...pair(other, shown), { signal });
    if (signal.aborted) return;
    changes.take(told);
    const [left, right] = pair(other, shown);
    fill(body, el("p", { class: "note" }, `${left.name} → ${right.name}`), ...changes.list());
  }

  tools.add("compare", {
    zh: "对比版本", en: "Compare editions", draw,
    begin() {
      if (now()) follow(store.get(), {});
      else store.change({ compare: usual() });
    },
    end: () => store.change({ compare: null }),
  });
  store.watch(["compare", "edition"], follow);
  store.watch(["edition"], ({ tool }) => tool === "compare" && tools.redraw());
  store.watch(["lang"], () => now() && follow(store.get(), {}));
  // A step back may bring a comparison or take it away.
  store.watch(["compare"], ({ compare, tool }) => {
    if (compare && tool !== "compare") store.change({ tool: "compare" });
    else if (!compare && tool === "compare") store.change({ tool: null });
  });
};

// As the page's address has it: the edition's number, how, where the divider stands.
gridgeo.compare.parse = (text) => {
  const [, id, mode, at] = /^(\d{1,15})\.(changes|swipe)(?:\.(\d{1,3}))?$/.exec(text || "") || [];
  return id ? { id: Number(id), mode, at: Math.min(Number(at || 50), 100) } : null;
};
gridgeo.compare.text = (compare) => (compare ? `${compare.id}.${compare.mode}${compare.mode === "swipe" ? `.${compare.at}` : ""}` : "");
