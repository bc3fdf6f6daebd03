// The card of one of many things, an object or an event: asked for when it is chosen. Several at one place are listed.
// `of`: chosen and known, its keys in the store; zh, en and measure, what it is called and counted by; one(id, options) and within(query,
// options), which ask; told(known, header), its content; row(one), what a list says of it; said(known), what is read out.
gridgeo.thingcard = (store, of) => {
  const { find, el, both, number } = gridgeo.dom;
  const { card, meanwhile } = gridgeo;
  const { pick } = gridgeo.language;
  const MOST = 50; // of one place that are listed

  gridgeo.telling(store, of.chosen, of.known, async ({ id, box }, options) =>
    box ? { several: await of.within(`bbox=${box.map((at) => at.toFixed(6)).join(",")}&limit=${MOST}`, options) } : of.one(id, options));

  const choose = (one) => store.change({ [of.chosen]: one });
  const header = (name, ...more) => card.header([both(of.zh, of.en), ...more], [name], () => choose(null));

  function content({ n, several: pressed }, known) {
    const several = pressed || (known && known.several);
    if (several) return [together(number(n || several.length)), list(several)];
    if (!known) return [header("…"), meanwhile.waiting()];
    return known.fault ? [header("—"), meanwhile.wrong(known.fault)] : of.told(known, header);
  }

  const together = (n) => header(pick(`${n} ${of.measure}${of.zh}在同一处`, `${n} ${of.en.toLowerCase()}s in one place`));

  const list = (several) => el("ul", { class: "together" }, ...several.slice(0, MOST).map((one) =>
    el("li", {}, el("button", { type: "button", class: "row", onclick: () => choose({ id: one.id }) }, ...of.row(one)))));

  function draw(state) {
    const chosen = state[of.chosen], known = state[of.known];
    if (!chosen) return;
    card.lay(chosen, ...content(chosen, known));
    find("#said").textContent = known && !known.several && !known.fault ? of.said(known) : "";
  }

  store.watch([of.chosen, of.known, "lang"], draw);
};
