// Categories of managed objects, or classes of events, as the page uses them: majors, minors, leaves; and a choice of some, written short.
gridgeo.categories = (answer, named = "category") => {
  const byId = new Map();
  const majors = answer.majors.map((major, order) => {
    const minors = major.minors.map((minor) => ({ zh: minor.minor, en: minor.minor_en, leaves: minor.categories.map((one) => leaf(one, major, minor, order)) }));
    return { zh: major.major, en: major.major_en, colour: major.colour, order, minors, leaves: minors.flatMap((minor) => minor.leaves) };
  });
  const ids = majors.flatMap((major) => major.leaves.map((one) => one.id)).sort((a, b) => a - b);

  function leaf(one, major, minor, order) {
    const made = { ...one, id: one.category_id, zh: one.name, en: one.name_en, order, major: major.major, major_en: major.major_en, minor: minor.minor, minor_en: minor.minor_en };
    byId.set(made.id, made);
    return made;
  }

  // A choice is null for all, else the chosen ids in order: the same choice is the same address.
  function choice(some) {
    const chosen = ids.filter((id) => some.has(id));
    return chosen.length === ids.length ? null : Object.freeze(chosen);
  }

  const has = (chosen, id) => chosen === null || chosen.includes(id);

  // Runs of ids among those there are: "3-17.22"; nothing at all is "none".
  function write(chosen) {
    if (chosen === null) return null;
    const runs = [];
    let last = -2;
    for (const id of chosen) {
      const at = ids.indexOf(id);
      if (at === last + 1) runs.at(-1)[1] = id;
      else runs.push([id, id]);
      last = at;
    }
    return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(".") || "none";
  }

  function read(text) {
    if (!text) return null;
    const runs = text.split(".").map((run) => run.split("-").map(Number));
    return choice(new Set(ids.filter((id) => runs.some(([from, to = from]) => id >= from && id <= to))));
  }

  // What the API is asked for.
  const asked = (chosen) => (chosen === null ? "" : `${named}=${chosen.join(",")}`);

  return { pointsFrom: answer.points_from, filteredFrom: answer.filtered_from, majors, byId, ids, choice, has, write, read, asked };
};
