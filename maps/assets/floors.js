// A building floor by floor (楼盘表), as housing offices draw it: floors down the side, rooms across, a table for each unit.
gridgeo.floors = (() => {
  const { el, both, number } = gridgeo.dom;
  const { words } = gridgeo;
  const { pick } = gridgeo.language;
  const MOST = 1000; // rooms drawn of one unit
  const ACROSS = 6; // rooms side by side that the card has room for
  const COLOURS = {
    residential: "#c9dcea", dormitory: "#d5cbe4", commercial: "#f0cf94", office: "#bfdccb", industrial: "#d8d2c4", warehouse: "#e3dccf",
    mixed: "#ecd9c0", public: "#c8e0de", other: "#e4e6e6",
  };
  const GROUND = 0; // houses of no known floor stand below all others

  const byNumber = new Intl.Collator("zh-Hans-CN", { numeric: true }).compare;

  // Units in order, each with its floors from the top, each with its houses from left to right.
  function arrange(houses) {
    const units = new Map();
    for (const house of houses) {
      const key = house.unit || "";
      if (!units.has(key)) units.set(key, []);
      units.get(key).push(house);
    }
    return [...units].sort(([a], [b]) => byNumber(a, b)).map(([unit, all]) => ({ unit, count: all.length, floors: stack(all.slice(0, MOST)) }));
  }

  function stack(houses) {
    const floors = new Map();
    for (const house of houses) {
      const key = house.floor ?? GROUND;
      if (!floors.has(key)) floors.set(key, []);
      floors.get(key).push(house);
    }
    const columns = [...new Set(houses.map(column).filter(Boolean))].sort(byNumber);
    return [...floors].sort(([a], [b]) => b - a).map(([floor, all]) => ({ floor, cells: place(all, columns) }));
  }

  // The room without its floor: 501 and 1201 stand above each other.
  function column({ floor, room }) {
    const start = String(floor ?? "");
    return room && floor > 0 && room.startsWith(start) && room.length > start.length ? room.slice(start.length) : null;
  }

  function place(houses, columns) {
    if (houses.every((house) => column(house)) && new Set(houses.map(column)).size === houses.length) {
      const at = new Map(houses.map((house) => [column(house), house]));
      return columns.map((key) => at.get(key) || null);
    }
    return [...houses].sort((a, b) => byNumber(a.room || "", b.room || ""));
  }

  function draw(houses, buildingUse, open) {
    if (!houses.length) return null;
    const said = el("p", { class: "said", "aria-hidden": "true" }, pick(`${number(houses.length)} 套`, `${number(houses.length)} houses`));
    const units = arrange(houses);
    const made = (house) => cell(house, buildingUse, open, said);
    const tables = fits(units) ? [el("div", { class: "unit" }, ...table(units, made))] : units.map((one, at) => unitOf(one, at, made));
    return el("section", { class: "floors", "aria-label": "楼盘表 Floors and rooms" },
      el("h3", {}, both("楼盘表", "Floors and rooms")), ...tables, said, legend(houses, buildingUse));
  }

  const across = ({ floors }) => Math.max(...floors.map(({ cells }) => cells.length));
  const fits = (units) => units.length === 1 || (units.reduce((sum, one) => sum + across(one), 0) <= ACROSS && units.every(({ count }) => count <= MOST));
  const named = ({ unit }) => (unit ? words.unit(unit) : "—");

  // Where the units do not stand side by side each has a table of its own, made when it is opened.
  function unitOf(one, at, made) {
    const body = el("div", { class: "unit" });
    const fill = () => body.childElementCount || body.append(...table([one], made));
    const box = el("details", { open: at === 0 }, el("summary", {}, named(one), el("small", {}, pick(`${number(one.count)} 套`, `${number(one.count)} houses`))), body);
    if (at === 0) fill();
    box.addEventListener("toggle", fill);
    return box;
  }

  // Units side by side, each as many rooms wide as its widest floor.
  function table(units, made) {
    const floors = [...new Set(units.flatMap((one) => one.floors.map(({ floor }) => floor)))].sort((a, b) => b - a);
    const head = units.length > 1 ? el("tr", { role: "row" }, el("td"), ...units.map((one) => el("th", { scope: "colgroup", colspan: across(one), role: "columnheader" }, named(one)))) : null;
    const rows = floors.map((floor) =>
      el("tr", { role: "row" }, el("th", { scope: "row", role: "rowheader" }, floor === GROUND ? "—" : String(floor)), ...units.flatMap((one) => rooms(one, floor, made))));
    const grid = el("table", { role: "grid", "aria-label": units.length === 1 ? named(units[0]) : "楼层 Floors" }, el("tbody", { role: "rowgroup" }, head, ...rows));
    const first = grid.querySelector("button");
    if (first) first.tabIndex = 0;
    grid.addEventListener("keydown", step);
    const left = units.length === 1 && units[0].count > MOST;
    return [el("div", { class: "rooms" }, grid), left ? el("p", { class: "note" }, pick(`只画出前 ${number(MOST)} 套`, `only the first ${number(MOST)} are drawn`)) : null].filter(Boolean);
  }

  function rooms(one, floor, made) {
    const { cells } = one.floors.find((each) => each.floor === floor) || { cells: [] };
    return Array.from({ length: across(one) }, (_, at) => el("td", { role: "gridcell", class: at ? null : "first" }, cells[at] ? made(cells[at]) : null));
  }

  function cell(house, buildingUse, open, said) {
    const use = house.use || buildingUse;
    const text = tip(house, use);
    const button = el("button", { type: "button", tabindex: "-1", colour: COLOURS[use] || COLOURS.other, "data-status": house.status, "aria-label": text, onclick: () => open(house.code) },
      house.room || pick("整层", "Floor"));
    for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => (said.textContent = text));
    return button;
  }

  function tip(house, use) {
    const status = house.status === "in_use" ? null : words.say(words.STATUSES, house.status);
    return [words.door(house), words.say(words.USES, use), status, house.area_m2 && `${number(house.area_m2)} m²`].filter(Boolean).join(" · ");
  }

  // Arrows walk from room to room; the grid is one stop of the Tab key.
  function step(event) {
    const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const from = event.target.closest("td");
    if (!way || !from) return;
    event.preventDefault();
    event.stopPropagation();
    const to = next([...event.currentTarget.rows], from, way);
    if (!to) return;
    event.target.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  // The nearest room in a direction, over the gaps.
  function next(rows, from, [down, right]) {
    let row = rows.indexOf(from.parentNode) + down, at = from.cellIndex + right;
    for (; rows[row] && at > 0 && at < rows[row].cells.length; row += down, at += right) {
      const found = rows[row].cells[at].querySelector("button");
      if (found) return found;
    }
    return null;
  }

  function legend(houses, buildingUse) {
    const uses = [...new Set(houses.map((house) => house.use || buildingUse))];
    const statuses = [...new Set(houses.map((house) => house.status))].filter((status) => status !== "in_use");
    return el("ul", { class: "keys" },
      ...uses.map((use) => el("li", {}, el("span", { class: "swatch", colour: COLOURS[use] || COLOURS.other, "aria-hidden": "true" }), words.say(words.USES, use))),
      ...statuses.map((status) => el("li", {}, el("span", { class: "swatch", "data-status": status, "aria-hidden": "true" }), words.say(words.STATUSES, status))));
  }

  return { arrange, draw };
})();
