// Things on the map, objects or events: what is pressed opens, circles lead nearer, and what is drawn is kept fresh.
// `of`: chosen and known, their keys in the store; zh and en, what they are called; their tiles, layer and note; the crowd they stand in;
// describe(one), for the tip; opening(), what changes besides when one is chosen.
gridgeo.things = (map, store, view, { chosen, known, zh, en, tiles, layer, note, crowd, describe, opening = () => ({}) }) => {
  const { el, both, fill, number } = gridgeo.dom;
  const { meanwhile } = gridgeo;
  const { NOTHING } = gridgeo.view;
  const SAME = 2; // px: symbols nearer to each other cannot be told apart by pointing
  const NEAR = 18; // zoom from which symbols have signs
  const ROOM = 5e-5; // degrees, five metres: as wide as the finest circles gather

  const put = (one) => store.change({ ...NOTHING, ...opening(), [chosen]: one });
  const choose = (id) => put({ id });

  // One is chosen; several where they lie on one another, and one is to be picked from a list.
  function open(found) {
    const [first] = found;
    if (first.cluster) return into(first);
    const together = found.filter((one) => !one.cluster && Math.hypot(one.x - first.x, one.y - first.y) <= SAME);
    if (together.length === 1) return choose(first.id);
    put({ several: together.map(({ id, category, status, grade, name }) => ({ id, category, status, grade, name })) });
  }

  // Nearer to where a circle's things are; where it goes no nearer, they are listed.
  function into({ box, n }) {
    if (n === 1) return view.approach(box, NEAR);
    if (map.getZoom() >= map.getMaxZoom()) return put({ box: lonLat(box), n });
    view.approach(box);
  }

  function lonLat(box) {
    const [north, south] = [map.unproject([box[0], box[1]], 0), map.unproject([box[2], box[3]], 0)];
    return [north.lng - ROOM, south.lat - ROOM, south.lng + ROOM, north.lat + ROOM];
  }

  // What a circle holds: how many, and of them [what draws their symbol, name, how many].
  function shares(n, measure, parts) {
    const rows = parts.filter(([, , some]) => some).map(([symbol, name, some]) => el("li", {}, symbol(), el("span", {}, name), el("span", { class: "count" }, number(some))));
    return [el("b", {}, number(n)), " ", both(`${measure}${zh}`, en.toLowerCase()), el("ul", { class: "shares" }, ...rows)];
  }

  // A note on the map; nothing said, it goes.
  function say(...said) {
    fill(note, ...said);
    note.hidden = !said.length;
  }

  const button = (chinese, english, onclick) => el("button", { type: "button", class: "plain link", onclick }, both(chinese, english));
  const none = (...said) => say(both(...said), button("看全部", "Show all", () => view.whole()));

  function refused(fault) {
    if (meanwhile.barred(fault)) say(both(`查看${zh}需要密钥`, `${en} need a key`), meanwhile.key());
    else say(both(`${zh}未能取到`, `${en} could not be loaded`), button("重试", "Try again", again));
  }

  function again() {
    tiles.retry();
    layer.renew();
  }

  view.above(gridgeo.pointing(map, store, layer, describe, open));
  crowd.on("named", () => layer.renew());
  store.watch(["caller"], (state, before) => {
    if (state === before) return;
    tiles.clear();
    layer.renew();
  });
  store.watch(["looked"], () => {
    tiles.age();
    layer.renew();
  });
  store.watch(["lang"], () => layer.renew());
  store.watch([chosen, known], (state) => {
    const one = state[chosen] && state[known], at = one && one.lon != null ? one : null;
    layer.mark({ chosen: at });
    // The card lies there with the next frame: only then is it known what it covers.
    if (at) requestAnimationFrame(() => view.sees(at.lon, at.lat) || view.visit(at.lon, at.lat, NEAR));
  });
  return { choose, shares, say, none, refused, button };
};
