// The table of washed texts: only the rows in view are in the page, so five thousand are as quick as five.
gridgeo.washed = (show) => {
  const { find, el, both, fill, number, narrow } = gridgeo.dom;
  const { words } = gridgeo;
  const { pick } = gridgeo.language;
  const ROW = 44, HEADING = 32; // px: a row, the heading
  const BEYOND = 8; // rows drawn beyond the edges
  const CATEGORIES = { A: ["准确", "Exact"], B: ["可靠", "Safe"], C: ["存疑", "Unsure"], none: ["无", "None"] };
  const HEAD = ["序号", "原文", "类别", "清洗后地址", "编码", "层级", "经度", "纬度", "问题", "修改", "未识别"];
  const CODES = [4];
  const view = find("#washed-rows"), filters = find("#washed-filters"), detail = find("#washed-detail");
  const body = el("div", { class: "rows", role: "rowgroup" });
  view.append(body);
  let all = [], rows = [], faults = {}, chosen = null, category = "";

  const symbol = (key) => (key === "none" ? "无" : key);
  const found = (row) => row.results[0] || null;
  const named = (row) => row.faults.map((key) => (faults[key] ? pick(faults[key].zh, faults[key].en) : key)).join(pick("，", "; "));

  function showAll(answers, told) {
    all = answers.map((row, at) => ({ ...row, at }));
    faults = told;
    category = "";
    filter();
  }

  function filter() {
    rows = category ? all.filter((row) => row.category === category) : all;
    chosen = null;
    view.setAttribute("aria-rowcount", String(rows.length + 1));
    body.style.height = `${rows.length * ROW}px`;
    view.scrollTop = 0;
    chips();
    draw();
    tell();
  }

  function chips() {
    const counts = Object.keys(CATEGORIES).map((key) => [key, all.filter((row) => row.category === key).length]);
    const chip = (key, label, count) =>
      el("button", { type: "button", class: "chip", "aria-pressed": String(category === key), "data-category": key, title: key ? CATEGORIES[key].join(" ") : "全部 All", disabled: Boolean(key) && !count, onclick: () => only(key) }, label, el("b", {}, number(count)));
    fill(filters, chip("", el("span", {}, pick("全部", "All")), all.length), ...counts.map(([key, count]) => chip(key, el("span", {}, badge(key), key === "none" ? null : pick(...CATEGORIES[key])), count)));
  }

  function only(key) {
    category = key;
    filter();
    find(`#washed-filters [data-category="${key}"]`).focus();
  }

  const badge = (key) => el("span", { class: "badge", "data-category": key, title: CATEGORIES[key].join(" ") }, key === "none" ? pick("无", "–") : key);

  function draw() {
    const first = Math.max(0, Math.floor(view.scrollTop / ROW) - BEYOND);
    const last = Math.min(rows.length, Math.ceil((view.scrollTop + view.clientHeight) / ROW) + BEYOND);
    fill(body, ...rows.slice(first, last).map((row, at) => line(row, first + at)));
  }

  function line(row, place) {
    const one = found(row);
    const node = el("div", { role: "row", id: `washed-${place}`, "aria-rowindex": String(place + 2), "aria-selected": String(place === chosen) },
      el("span", { role: "cell", class: "number" }, String(row.at + 1)), el("span", { role: "cell", title: row.text }, row.text), el("span", { role: "cell" }, badge(row.category)),
      el("span", { role: "cell", title: one ? one.address : null }, one ? one.address : row.candidates.length ? el("small", {}, pick(`${row.candidates.length} 个候选`, `${row.candidates.length} candidates`)) : "—"),
      el("span", { role: "cell" }, one && one.code ? el("code", {}, one.code) : "—"), el("span", { role: "cell" }, words.say(words.KINDS, row.level)),
      el("span", { role: "cell", title: named(row) || null }, named(row)));
    node.style.transform = `translateY(${place * ROW}px)`;
    node.addEventListener("click", () => choose(place));
    return node;
  }

  function choose(place) {
    if (!rows[place]) return;
    chosen = place;
    const top = place * ROW;
    if (top < view.scrollTop) view.scrollTop = top;
    else if (top + ROW > view.scrollTop + view.clientHeight - HEADING) view.scrollTop = top + ROW + HEADING - view.clientHeight;
    view.setAttribute("aria-activedescendant", `washed-${place}`);
    draw();
    tell();
    const one = found(rows[place]);
    if (one && !narrow()) show(one); // on a phone the table lies over the map
  }

  // What was changed, what was not understood, what may be meant instead.
  function tell() {
    const row = rows[chosen];
    detail.hidden = !row;
    if (!row) return fill(detail);
    const faulty = row.faults.map((key) => el("li", {}, faults[key] ? both(faults[key].zh, faults[key].en) : key));
    const edits = row.edits.map(({ part, before, after }) => el("li", {}, el("span", { class: "tag" }, words.say(words.PARTS, part)), before ? el("del", {}, before) : null, before ? " → " : null, el("ins", {}, after || pick("（略）", "(left out)"))));
    const options = row.candidates.map((one) => el("li", {}, el("button", { type: "button", class: "plain link", onclick: () => show(one) }, one.address)));
    const one = found(row);
    fill(detail, el("p", {}, badge(row.category), " ", row.text),
      one ? el("p", {}, el("button", { type: "button", class: "plain link", onclick: () => show(one) }, one.address || one.code)) : null, ...block("问题", "Faults", faulty), ...block("修改", "Edits", edits), ...block("候选", "Candidates", options),
      row.unparsed ? el("p", { class: "note" }, `${pick("未识别：", "Not understood: ")}${row.unparsed}`) : null);
  }

  const block = (zh, en, items) => (items.length ? [el("h4", {}, both(zh, en)), el("ul", {}, ...items)] : []);

  function table() {
    return rows.map((row) => {
      const one = found(row) || {};
      const edits = row.edits.map(({ part, before, after }) => `${words.of(words.PARTS, part)[0]}: ${before} → ${after}`).join("; ");
      return [row.at + 1, row.text, symbol(row.category), one.address, one.code, words.of(words.KINDS, row.level)[0], one.lon, one.lat, named(row), edits, row.unparsed];
    });
  }

  function download() {
    const file = new Blob([gridgeo.lines.csv(HEAD, table(), CODES)], { type: "text/csv;charset=utf-8" });
    const address = URL.createObjectURL(file);
    el("a", { href: address, download: "washed.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  const copy = find("#wash-copy");
  copy.addEventListener("click", async () => {
    const done = await gridgeo.code.copy(gridgeo.lines.tabbed(HEAD, table()));
    fill(copy, both(...(done ? ["已复制", "Copied"] : ["没有复制", "Not copied"])));
    setTimeout(() => fill(copy, both("复制表格", "Copy")), 1600);
  });
  find("#wash-download").addEventListener("click", download);
  view.addEventListener("scroll", draw, { passive: true });
  view.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose(Math.max(0, Math.min(rows.length - 1, (chosen ?? (step > 0 ? -1 : 1)) + step)));
  });
  window.addEventListener("resize", () => all.length && draw());
  function redraw() {
    if (!all.length) return;
    chips();
    draw();
    tell();
  }

  return { show: showAll, redraw, focus: () => view.focus() };
};
