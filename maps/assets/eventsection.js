// Events in the card of a unit: how many of those sought are in each state, each a way to see only it on the map.
gridgeo.eventsection = (topology, store, counts, symbols) => {
  const { el, both, fill, number } = gridgeo.dom;
  const { eventwords: words, meanwhile } = gridgeo;
  const { STATES } = gridgeo.sought;
  let shown = null; // the unit on the card, and where its numbers stand

  function section(unit) {
    if (gridgeo.editions.past(topology)) return null;
    const body = el("div", { "aria-live": "polite" }, meanwhile.waiting(1));
    shown = { unit, body };
    load(shown);
    return el("section", { class: "events-of" }, el("h3", {}, both("事件", "Events")), body);
  }

  async function load({ unit, body }) {
    try {
      const shares = await counts.of(unit, store.get().sought), most = Math.max(...shares);
      fill(body, ...(most ? STATES.map((state, order) => row(state, shares[order], most)) : [el("p", { class: "quiet" }, both("没有所选事件", "None of these"))]));
    } catch (fault) {
      fill(body, meanwhile.wrong(fault));
    }
  }

  const row = (state, n, most) => el("button", { type: "button", class: "class", title: "只看这一状态 Only this", "data-state": state, onclick: () => only(state) },
    symbols.inText(state), el("span", { class: "limits" }, both(...words.STATES[state])), el("span", { class: "count" }, number(n)),
    el("span", { class: "share", "aria-hidden": "true" }, el("i", { width: `${(100 * n) / most}%` })));

  const only = (state) => store.change({ sought: Object.freeze({ ...store.get().sought, on: true, states: Object.freeze([state]) }) });

  store.watch(["sought"], (now, before) => now !== before && shown && shown.body.isConnected && load(shown));
  return { section };
};
