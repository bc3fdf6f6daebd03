// What events the map shows: a switch, states with how many there are (the layer's legend), grades, the department, and the tree of classes.
gridgeo.eventpanel = (store, counts, classes, symbols) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { eventwords: words, sought: seeking } = gridgeo;
  const { pick } = gridgeo.language;
  const { STATES, GRADES } = seeking;
  const { sum } = gridgeo.eventcounts;
  const NONE = [0, 0, 0, 0];
  const node = find("#events"), flip = find("#events-on"), office = find("#events-department");
  let known = null, offices = null, asking = 0;

  const seek = (patch) => store.change({ sought: Object.freeze({ ...store.get().sought, ...patch }) });

  // How many in each state, of leaves.
  const of = (leaves) => leaves.reduce((total, { id }) => total.map((n, order) => n + (known.get(id) || NONE)[order]), NONE);
  const seen = (leaves) => (known ? sum(of(leaves), store.get().sought.states) : null);
  const said = (n) => (n === null ? "" : number(n));

  const tree = gridgeo.tree({
    tree: find("#events-tree"), box: find("#events-search"), ids: classes.ids, roots: gridgeo.tree.roots(classes.majors),
    chosen: () => store.get().sought.classes,
    choose: (some) => seek({ classes: classes.choice(some) }),
    symbol: () => null,
    told: ({ leaves }) => [known ? mix(of(leaves)) : null, el("span", { class: seen(leaves) === 0 ? "count zero" : "count" }, said(seen(leaves)))],
    spoken: ({ leaves }) => (known ? STATES.map((state, order) => `${pick(...words.STATES[state])} ${number(of(leaves)[order])}`).join(pick("，", ", ")) : ""),
  });

  // Shares of the states as one thin bar.
  function mix(shares) {
    const shown = shares.map((n, order) => (seeking.has(store.get().sought.states, STATES[order]) ? n : 0)), total = shown.reduce((a, b) => a + b, 0);
    return el("span", { class: "mix", "aria-hidden": "true" }, ...shown.map((n, order) => (n ? el("i", { "data-state": STATES[order], width: `${(100 * n) / total}%` }) : null)));
  }

  function draw() {
    const { sought, selected } = store.get(), { on, states, grades, period } = sought, held = document.activeElement && document.activeElement.dataset.choice;
    flip.checked = on;
    node.classList.toggle("off", !on);
    find("#events-body").hidden = !on;
    if (!on) return;
    const chosen = classes.majors.flatMap((major) => major.leaves).filter(({ id }) => classes.has(sought.classes, id)), shares = known ? withUnknown(of(chosen), sought) : null;
    fill(find("#events-when"), period ? pick(`${period.from} – ${period.to} 上报`, `Reported ${period.from} – ${period.to}`) : pick("在办的，和近 30 天上报的", "Open ones, and those reported in the last 30 days"),
      ` · ${selected ? gridgeo.language.name(selected.facts) : pick("全部", "everywhere")}`, period ? el("button", { type: "button", class: "plain link", onclick: () => seek({ period: null }) }, both("不限时段", "Any time")) : null);
    fill(find("#events-states"), ...STATES.map((state, order) => choice(`state ${state}`, seeking.has(states, state), () => flipState(state), "class", symbols.inText(state), el("span", { class: "limits" }, both(...words.STATES[state])), el("span", { class: "count" }, shares ? number(shares[order]) : ""))));
    fill(find("#events-grades"), ...GRADES.map((grade) => choice(`grade ${grade}`, seeking.has(grades, grade), () => flipGrade(grade), "chip", pick(...words.grade(grade)))));
    fill(find("#events-chosen"), `${chosen.length} / ${classes.ids.length}`);
    departments(sought);
    tree.draw();
    if (held) node.querySelector(`[data-choice="${held}"]`)?.focus();
  }

  // Of no class yet are those nobody has judged; they belong to all.
  const withUnknown = (shares, { classes: chosen }) => (chosen === null ? shares.map((n, order) => n + (known.get(null) || NONE)[order]) : shares);

  const choice = (key, on, onclick, kind, ...content) => el("button", { type: "button", class: kind, "data-choice": key, "aria-pressed": String(on), onclick }, ...content);

  const flipped = (all, chosen, one) => seeking.some(all, seeking.has(chosen, one) ? (chosen || all).filter((other) => other !== one) : [...chosen, one]);
  const flipState = (state) => seek({ states: flipped(STATES, store.get().sought.states, state) });
  const flipGrade = (grade) => seek({ grades: flipped(GRADES, store.get().sought.grades, grade) });

  function departments({ department }) {
    const listed = offices || [], missing = department && !listed.some(({ code }) => code === department);
    const rows = [...(missing ? [{ code: department, name_zh: department }] : []), ...listed];
    fill(office, el("option", { value: "" }, pick("全部", "All")), ...rows.map((one) => el("option", { value: one.code }, [gridgeo.language.name(one), one.n && number(one.n)].filter(Boolean).join(" · "))));
    office.value = department || "";
  }

  async function count({ selected, sought }) {
    if (!sought.on) return;
    const mine = ++asking;
    const [told, led] = await Promise.all([counts.byClass(selected, sought).catch(() => null), counts.byDepartment(selected, sought).catch(() => null)]);
    if (mine !== asking) return;
    [known, offices] = [told, led];
    draw();
  }

  flip.addEventListener("change", () => seek({ on: flip.checked }));
  office.addEventListener("change", () => seek({ department: office.value || null }));
  find("#events-all").addEventListener("click", () => seek({ classes: store.get().sought.classes === null ? classes.choice(new Set()) : null }));
  node.hidden = false;
  store.watch(["sought", "selected", "lang"], draw);
  store.watch(["sought", "selected", "caller", "looked"], count);
};
