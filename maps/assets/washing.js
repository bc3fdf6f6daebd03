// Washing a list (清洗地址): what is pasted or dropped, sent in pieces, and what came of it, by category.
gridgeo.washing = (store, asked, places, view, topology) => {
  const { find, el, both, fill, number, narrow } = gridgeo.dom;
  const MOST = 5000, PIECE = 250, LONGEST = 500;
  const node = find("#wash"), text = find("#wash-text"), said = find("#wash-said"), start = find("#wash-start"), bar = find("#wash-bar");
  const opener = find("#wash-open");
  const table = gridgeo.washed(show);
  let texts = [], answers = [], running = null;

  function open() {
    node.hidden = false;
    document.body.classList.add("with-wash");
    if (answers.length) table.focus();
    else text.focus();
  }

  function hide() {
    node.hidden = true;
    document.body.classList.remove("with-wash");
  }

  function close() {
    hide();
    opener.focus();
  }

  function count() {
    texts = gridgeo.lines.plain(text.value);
    start.disabled = !texts.length;
    fill(said, !texts.length ? null : texts.length > MOST ? warned() : both(`${number(texts.length)} 行`, `${number(texts.length)} lines`));
  }

  const warned = () => el("span", { class: "refused" }, both(`${number(texts.length)} 行，只清洗前 ${number(MOST)} 行`, `${number(texts.length)} lines, only the first ${number(MOST)} are washed`));

  async function take(file) {
    if (!file) return;
    text.value = (await gridgeo.lines.read(file)).join("\n");
    count();
    start.focus();
  }

  // Piece by piece: each is short to answer, and it is seen how far it is.
  async function wash() {
    if (!asked.allows("wash")) return fill(said, both("清洗需要密钥", "Washing needs a key"));
    const given = texts.slice(0, MOST);
    running = new AbortController();
    answers = [];
    const faults = {};
    phase("washing");
    try {
      for (let from = 0; from < given.length; from += PIECE) {
        const piece = given.slice(from, from + PIECE);
        progress(from, given.length);
        const told = await asked.post("/addresses/wash", { texts: piece.map((one) => one.slice(0, LONGEST)) }, { signal: running.signal });
        Object.assign(faults, told.faults);
        answers.push(...told.washed.map((washed, at) => ({ text: piece[at], ...washed })));
      }
      done(faults);
    } catch (fault) {
      phase("asking");
      count();
      if (fault.name !== "AbortError") fill(said, el("span", { class: "refused" }, both(...fault.words || ["清洗出错", "Washing failed"])));
      answers = [];
    }
  }

  function done(faults) {
    phase("washed");
    table.show(answers, faults);
    table.focus();
  }

  function progress(now, all) {
    bar.max = all;
    bar.value = now;
    fill(find("#wash-progress"), `${number(now)} / ${number(all)} `, both("已清洗", "washed"));
  }

  const phase = (name) => (node.dataset.phase = name);

  // A row's place: a house or building opens its card, a unit its own, a road or compound is pointed at.
  function show(result) {
    if (narrow()) hide();
    const unit = result.code && topology.byId.get(result.code);
    if (result.level === "house" || result.level === "building") places.open({ kind: result.level, code: result.code, lon: result.lon, lat: result.lat });
    else if (unit) view.reveal(unit);
    else if (result.lon !== null) places.open({ kind: result.level, name: result.address, address: result.address, lon: result.lon, lat: result.lat, units: result.units });
  }

  function again() {
    answers = [];
    phase("asking");
    text.focus();
    text.select();
  }

  opener.addEventListener("click", () => (node.hidden ? open() : close()));
  find("#wash-close").addEventListener("click", close);
  find("#wash-again").addEventListener("click", again);
  find("#wash-stop").addEventListener("click", () => running.abort());
  find("#wash-file").addEventListener("change", (event) => take(event.target.files[0]));
  text.addEventListener("input", count);
  start.addEventListener("click", wash);
  node.addEventListener("dragover", (event) => event.preventDefault());
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  store.watch(["lang"], table.redraw);
  phase("asking");
  count();
  return { height: () => (node.hidden ? 0 : node.offsetHeight) };
};
