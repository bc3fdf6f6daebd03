// The editions of the scheme: their periods, their grids when they are wanted, and the page turned to another one in place.
gridgeo.editions = (topology, store, asked, config) => {
  const MOST = 4; // held in memory besides the one shown
  const all = config.editions || []; // oldest first: { id, name, from, to, data }
  const held = new Map();

  const shown = () => all.find(({ id }) => id === store.get().edition) || null;
  // Dates are compared as they are written. A period ends before its last date.
  const at = (date) => all.findLast(({ from, to }) => from <= date && (!to || date < to)) || null;

  function load({ id, data }) {
    if (!held.has(id)) held.set(id, asked.fetched(data).then(gridgeo.topology.decode).catch((fault) => (held.delete(id), Promise.reject(fault))));
    const found = held.get(id);
    held.delete(id);
    held.set(id, found); // the latest last
    if (held.size > MOST) held.delete(held.keys().next().value);
    return found;
  }

  // Show an edition as of a date. What holds the topology holds it still: its contents are exchanged, then the store tells. Objects
  // are shown as they were on a day in the past.
  async function show(edition, date = edition.from) {
    if (edition.id !== store.get().edition) {
      const found = await load(edition);
      held.delete(edition.id); // what is shown is not shared
      if (keysOf(found) !== keysOf(topology)) return location.assign(addressOf(date) + location.hash);
      become(found);
    }
    const { selected } = store.get(), address = addressOf(date);
    config.query = address.slice(1);
    const kept = edition.id === store.get().edition ? {} : { edition: edition.id, selected: (selected && topology.byId.get(selected.ref)) || null, hovered: null };
    store.change({ ...kept, day: gridgeo.editions.day(config.query) });
    history.replaceState(null, "", address + location.hash);
  }

  const keysOf = ({ levels }) => levels.map(({ key }) => key).join();
  const addressOf = (date) => `?${new URLSearchParams({ scheme: topology.about.scheme.key, ...(date === gridgeo.editions.today() ? {} : { datetime: date }) })}`;

  function become({ arcs, levels, byId, box, about }) {
    topology.levels.splice(0, topology.levels.length, ...levels);
    Object.assign(topology, { arcs, byId, box });
    Object.assign(topology.about.edition, about.edition);
    const now = new Map(about.measures.map((measure) => [measure.key, measure]));
    for (const measure of topology.about.measures) {
      if (now.has(measure.key)) Object.assign(measure, now.get(measure.key));
      else measure.levels = {};
      now.delete(measure.key);
    }
    topology.about.measures.push(...now.values());
  }

  return { all, shown, at, load, show };
};

gridgeo.editions.today = () => new Date().toLocaleDateString("sv-SE");

// Whether the edition shown has ended: counts of objects, which are today's, are then told beside grids that are not.
gridgeo.editions.past = ({ about: { edition } }) => Boolean(edition.to && edition.to <= gridgeo.editions.today());

// The day in the past a page is asked for; null for today.
gridgeo.editions.day = (query) => {
  const [day = null] = /^\d{4}-\d\d-\d\d/.exec(new URLSearchParams(query).get("datetime") || "") || [];
  return day && day < gridgeo.editions.today() ? day : null;
};
