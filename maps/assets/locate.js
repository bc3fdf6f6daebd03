// Which grid am I in: asks the device where it is and goes to the lowest unit there. The place is sent nowhere.
gridgeo.locate = (map, topology, view) => {
  const { find, el } = gridgeo.dom;
  if (!window.isSecureContext || !navigator.geolocation) return; // browsers tell a place to secure pages only

  const button = el("a", { href: "#", role: "button", "aria-label": "我在哪个网格 Locate me", title: "我在哪个网格 Locate me" });
  button.append(find("#locate-icon").content.cloneNode(true));

  function found({ coords }) {
    const [x, y] = [gridgeo.topology.worldX(coords.longitude), gridgeo.topology.worldY(coords.latitude)];
    const units = [...topology.levels].reverse().map((level) => gridgeo.topology.at(topology, level, x, y));
    const unit = units.find(Boolean);
    if (unit) view.reveal(unit);
    else say("所在位置不在图上的任何单元内", "You are in none of the units on this map");
  }

  function say(zh, en) {
    const toast = find("#toast");
    gridgeo.dom.fill(toast, gridgeo.dom.both(zh, en));
    toast.hidden = false;
    setTimeout(() => (toast.hidden = true), 5000);
  }

  const control = L.control({ position: "bottomright" });
  control.onAdd = () => {
    const bar = el("div", { class: "leaflet-bar locate" }, button);
    L.DomEvent.disableClickPropagation(bar);
    L.DomEvent.on(button, "click", L.DomEvent.preventDefault);
    button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(found, () => say("没有得到所在位置", "The device did not tell where it is"), { timeout: 10000 }));
    return bar;
  };
  control.addTo(map);
};
