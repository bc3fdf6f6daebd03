// Events along time: a window of a day, a week or a month on a line, over columns of how many were reported; played, it goes on.
gridgeo.eventtime = (store, tools, asked, classes, layer) => {
  const { find, el, both, fill, number } = gridgeo.dom;
  const { pick } = gridgeo.language;
  const DAY = 86400000, PAUSE = 1400, WAIT = 150; // ms
  // Windows: of how many days (a month of its own), how many there are on the line, and by what the columns are counted.
  const STEPS = { day: { zh: "日", en: "Day", days: 1, most: 60, by: "day" }, week: { zh: "周", en: "Week", days: 7, most: 13, by: "day" }, month: { zh: "月", en: "Month", most: 13, by: "month" } };
  const node = find("#event-time");
  const player = gridgeo.player({
    label: "时段 Period", pause: PAUSE, go, step,
    begin: () => player.at() >= Number(player.slider.max) && go(0, 0),
    waits: () => layer._asking > 0,
  });
  const columns = el("div", { class: "columns", "aria-hidden": "true" });
  const segments = el("div", { class: "segments", role: "radiogroup", "aria-label": "步长 Step" });
  const whole = el("button", { type: "button", class: "plain link", onclick: () => seek(null) }, both("不限时段", "Any time"));
  let by = "week", windows = [], waiting = null, asking = 0;

  const text = (date) => date.toISOString().slice(0, 10);
  const today = () => new Date(`${gridgeo.editions.today()}T00:00:00Z`);

  // The windows of a line, the last of them holds today.
  function cut({ days, most }) {
    const end = today();
    return Array.from({ length: most }, (_, at) => {
      const back = most - 1 - at;
      const from = days ? new Date(+end - (back * days + days - 1) * DAY) : new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - back, 1));
      const to = days ? new Date(+from + (days - 1) * DAY) : new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 0));
      return { from: text(from), to: text(to), n: null };
    });
  }

  const seek = (period) => store.change({ sought: Object.freeze({ ...store.get().sought, on: true, period }) });

  function go(at, wait = WAIT) {
    player.slider.value = String(at);
    tell();
    clearTimeout(waiting);
    const { from, to } = windows[at];
    waiting = setTimeout(() => seek(Object.freeze({ from, to })), wait);
  }

  function step(way) {
    const at = player.at() + way;
    if (at < 0 || at >= windows.length) return false;
    go(at, 0);
    return true;
  }

  function tell() {
    const { from, to, n } = windows[player.at()], said = from === to ? from : `${from} – ${to}`;
    player.slider.setAttribute("aria-valuetext", said);
    columns.childNodes.forEach((column, at) => column.classList.toggle("on", at === player.at()));
    fill(player.said, el("b", {}, said), n === null ? null : pick(` 上报 ${number(n)} 件`, ` ${number(n)} reported`));
  }

  function draw() {
    const most = Math.max(1, ...windows.map(({ n }) => n || 0));
    fill(columns, ...windows.map(({ n }) => {
      const column = el("i");
      column.style.height = `${n ? Math.max(6, (100 * n) / most) : 0}%`;
      return column;
    }));
    tell();
  }

  // How many were reported in each window, without those rejected or merged: of the classes and the department that are sought.
  async function count() {
    const mine = ++asking, { by: told } = STEPS[by], { sought } = store.get(), mineWindows = windows;
    const query = [`by=${told}`, `period=${windows[0].from}/${windows.at(-1).to}`, sought.classes && sought.classes.length && classes.asked(sought.classes), sought.department && `department=${sought.department}`];
    const rows = await asked.get(`/events/stats?${query.filter(Boolean).join("&")}`).then((answer) => answer.rows, () => null);
    if (mine !== asking || !rows) return;
    for (const window of mineWindows) window.n = rows.filter((row) => row[told] >= window.from && row[told] <= window.to).reduce((sum, row) => sum + row.reported - row.rejected - row.merged, 0);
    draw();
  }

  function lay(step) {
    by = step;
    windows = cut(STEPS[by]);
    player.slider.max = String(windows.length - 1);
    const { period } = store.get().sought, at = period ? windows.findLastIndex(({ from }) => from <= period.from) : windows.length - 1;
    player.slider.value = String(Math.max(at, 0));
    for (const input of segments.querySelectorAll("input")) input.checked = input.value === by;
    draw();
    count();
  }

  // A line of steps: the window that is shown stays about where it is.
  function choose(step) {
    player.stop();
    lay(step);
    go(player.at(), 0);
  }

  const stepOf = ({ from, to }) => (Date.parse(to) - Date.parse(from) > 7 * DAY ? "month" : from === to ? "day" : "week");

  segments.append(...Object.entries(STEPS).map(([key, { zh, en }]) => {
    const input = el("input", { type: "radio", name: "event-step", value: key });
    input.addEventListener("change", () => choose(key));
    return el("label", {}, input, el("span", {}, both(zh, en)));
  }));
  fill(node, player.button, el("div", { class: "line" }, el("div", { class: "head" }, player.said, segments, whole), columns, player.slider));

  tools.add("events", {
    zh: "事件时段", en: "Events over time", bare: true,
    begin() {
      const { period } = store.get().sought;
      lay(period ? stepOf(period) : by);
      node.hidden = false;
      go(player.at(), 0);
    },
    end() {
      player.stop();
      node.hidden = true;
    },
  });
};
