// The editions along a line of time: a slider over dates, the periods under it, and a button that plays them.
gridgeo.timeline = (store, tools, editions) => {
  const { find, el, both, fill, still } = gridgeo.dom;
  const DAY = 86400000, PAUSE = 1800, WAIT = 120; // ms
  const { all } = editions;
  const today = gridgeo.editions.today();
  const last = all.map(({ from, to }) => to || from).concat(today).sort().at(-1);
  const first = all[0].from;
  const dayOf = (date) => Math.round((Date.parse(date) - Date.parse(first)) / DAY);
  const dateOf = (day) => new Date(Date.parse(first) + day * DAY).toISOString().slice(0, 10);
  const span = Math.max(dayOf(last), 1);
  const node = find("#timeline");
  // A day is too little a step for an arrow: it goes to the next edition.
  const player = gridgeo.player({
    label: "日期 Date", pause: PAUSE, go, step,
    begin: () => (!editions.at(dateOf(player.at())) || editions.shown() === all.at(-1)) && go(0, 0),
    waits: () => node.classList.contains("waits"),
  });
  const { said, slider } = player;
  slider.max = String(span);
  let waiting = null, asked = 0;

  const periods = el("div", { class: "periods", "aria-hidden": "true" }, ...all.map((edition) => {
    const from = dayOf(edition.from), to = edition.to ? dayOf(edition.to) : span;
    const part = el("i", { title: edition.name }, el("span", {}, edition.name));
    part.style.left = `${(100 * from) / span}%`;
    part.style.width = `${Math.max((100 * (to - from)) / span, 0.6)}%`;
    return part;
  }));

  function tell(edition, wrong) {
    const date = dateOf(player.at());
    slider.setAttribute("aria-valuetext", `${date} ${edition ? edition.name : ""}`);
    periods.childNodes.forEach((part, at) => part.classList.toggle("on", all[at] === edition));
    const now = wrong || (edition ? el("span", {}, `${edition.name}（${edition.from} – ${edition.to || gridgeo.language.pick("今", "now")}）`) : both("此时没有有效版本", "No edition was valid then"));
    fill(said, el("b", {}, date), " ", now);
  }

  // Dragging asks for nothing until it rests.
  function go(day, wait = WAIT) {
    slider.value = String(day);
    const date = dateOf(day), edition = editions.at(date), mine = ++asked;
    tell(edition);
    clearTimeout(waiting);
    if (edition) waiting = setTimeout(() => turn(edition, date, mine), wait);
  }

  async function turn(edition, date, mine) {
    node.classList.add("waits");
    try {
      await editions.show(edition, date);
    } catch (fault) {
      if (mine === asked) tell(edition, el("span", { class: "refused" }, gridgeo.meanwhile.said(fault)));
      player.stop();
    }
    node.classList.remove("waits");
  }

  function step(by) {
    const now = editions.at(dateOf(player.at()));
    const next = now ? all[all.indexOf(now) + by] : all.find(({ from }) => from > dateOf(player.at()));
    if (next) go(dayOf(next.to || next.from > today ? next.from : today), 0); // of the edition that is valid, today
    return Boolean(next);
  }

  fill(node, player.button, el("div", { class: "line" }, said, slider, periods));

  tools.add("time", {
    zh: "时间", en: "Time", bare: true,
    begin() {
      const shown = editions.shown(), { day } = store.get();
      slider.value = String(day ? dayOf(day) : shown ? Math.max(dayOf(shown.from), shown.to ? 0 : Math.min(dayOf(today), span)) : span);
      tell(editions.at(dateOf(player.at())));
      node.hidden = false;
    },
    end() {
      player.stop();
      node.hidden = true;
    },
  });
  store.watch(["edition"], ({ edition }, before) => {
    if (edition === before.edition) return;
    const select = find("select[data-goes=edition]"), at = select ? [...select.options].findIndex((one) => Number(one.dataset.edition) === edition) : -1;
    if (at >= 0) select.selectedIndex = at;
    if (!still()) find("#planner_map").classList.add("turned");
  });
};
