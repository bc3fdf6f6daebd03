// The tool bar on the map: names on hover and focus, one tool at a time, its sheet beside the bar. Escape puts it away.
gridgeo.tools = (store) => {
  const { find, el, both, fill } = gridgeo.dom;
  const bar = find("#toolbar"), sheet = find("#tool");
  const tools = new Map();
  const buttons = () => [...bar.querySelectorAll("button")].filter((button) => !button.hidden);

  // tool: names, draw() for what its sheet holds, and begin(), end(), escape() where it has them.
  function add(key, tool) {
    tools.set(key, tool);
    const button = bar.querySelector(`[data-tool=${key}]`);
    button.hidden = false;
    button.addEventListener("click", () => (tool.act ? tool.act() : store.change({ tool: store.get().tool === key ? null : key })));
    rove(buttons()[0]);
    bar.hidden = false;
  }

  // One stop for Tab; arrows go from tool to tool.
  function rove(to) {
    for (const button of buttons()) button.tabIndex = button === to ? 0 : -1;
  }

  function change({ tool: now }, { tool: before }) {
    if (before && before !== now && tools.get(before).end) tools.get(before).end();
    for (const button of bar.querySelectorAll("button:not([data-acts])")) button.setAttribute("aria-pressed", String(button.dataset.tool === now));
    const tool = tools.get(now);
    document.body.dataset.tool = now || "";
    document.body.classList.toggle("with-tool", Boolean(tool && !tool.bare));
    sheet.hidden = !tool || Boolean(tool.bare);
    if (!tool || before === now) return;
    if (!tool.bare) draw();
    if (tool.begin) tool.begin();
    const field = sheet.querySelector("input:checked, input, select, button:not(.close)");
    if (field && bar.contains(document.activeElement)) field.focus({ preventScroll: true });
  }

  function draw() {
    const tool = tools.get(store.get().tool);
    if (!tool || tool.bare) return;
    sheet.setAttribute("aria-label", `${tool.zh} ${tool.en}`);
    fill(sheet, el("header", {}, el("h2", {}, both(tool.zh, tool.en)), el("button", { type: "button", class: "close", "aria-label": "关闭 Close", onclick: close }, "×")), ...tool.draw());
  }

  function close() {
    const { tool } = store.get();
    store.change({ tool: null });
    const button = bar.querySelector(`[data-tool=${tool}]`);
    if (button && sheet.contains(document.activeElement)) button.focus();
  }

  bar.addEventListener("focusin", (event) => rove(event.target));
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = buttons();
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    event.preventDefault();
  });
  // Before the map's own Escape: first what is being drawn, then the tool.
  document.addEventListener("keydown", (event) => {
    const tool = tools.get(store.get().tool);
    if (event.key !== "Escape" || !tool || event.target.closest("dialog, .search, #wash, #card")) return;
    event.stopPropagation();
    if (!(tool.escape && tool.escape())) {
      sheet.contains(document.activeElement) ? close() : store.change({ tool: null });
      if (document.activeElement === document.body) find("#planner_map").focus({ preventScroll: true });
    }
  }, true);
  store.watch(["tool"], change);
  return { add, redraw: draw, close };
};
