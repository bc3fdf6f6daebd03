// Which class a unit falls into by a measure. Values and breaks come with the data; here is no formula.
gridgeo.measures = (() => {
  const { both, number } = gridgeo.dom;
  const ZERO = "zero", NONE = "none";

  // Where a level has no values of a measure, the nearest level that has is painted instead, the lower first.
  function paintedLevel(measure, levels, shown) {
    const has = (rank) => levels[rank] && measure.levels[levels[rank].key];
    for (let away = 0; away < levels.length; away++) {
      if (has(shown + away)) return levels[shown + away];
      if (has(shown - away)) return levels[shown - away];
    }
    return null;
  }

  function classify(measure, level, method, look) {
    const column = measure.levels[level.key];
    const classes = measure.categories ? categories(measure, look) : numbers(column.breaks[method], column.values, look);
    const index = new Map(classes.map((one, i) => [one.key, i]));
    const of = Uint8Array.from(column.values, (value) => index.get(keyOf(measure, column, method, value)));
    for (const at of of) classes[at].count++;
    const shown = classes.filter((one) => one.count || (one.key !== ZERO && one.key !== NONE));
    return { measure, level, values: column.values, classes, shown, of };
  }

  function keyOf(measure, column, method, value) {
    if (value === null) return NONE;
    if (measure.categories) return value;
    if (value === 0) return ZERO;
    let at = 0;
    for (const limit of column.breaks[method]) if (value >= limit) at++;
    return String(at);
  }

  function numbers(breaks, values, look) {
    const present = values.filter((value) => value !== null && value !== 0);
    const limits = present.length ? [Math.min(...present), ...breaks, Math.max(...present)] : [];
    const colours = look.ramps[breaks.length + 1];
    const classes = limits.slice(1).map((to, i) => ({ key: String(i), from: limits[i], to, colour: colours[i], count: 0 }));
    return [...classes, { key: ZERO, zh: "零", en: "Zero", colour: look.zero, count: 0 }, noData(look)];
  }

  function categories(measure, look) {
    return [...measure.categories.map((one) => ({ ...one, count: 0 })), noData(look)];
  }

  // Where there is nothing to measure the land is one colour.
  function plain(levels) {
    const columns = levels.map(({ key, units }) => [key, { values: units.map(() => "land") }]);
    return { key: "plain", zh: "边界", en: "Boundaries", unit: "", categories: [{ key: "land", zh: "单元", en: "Units", colour: "#ede6c6" }], levels: Object.fromEntries(columns) };
  }

  const noData = (look) => ({ key: NONE, zh: "无数据", en: "No data", colour: look.noData, hatched: true, count: 0 });

  function label(one) {
    return one.zh ? both(one.zh, one.en) : `${number(one.from)} – ${number(one.to)}`;
  }

  // The value of one unit as it is read: "342 户", a category's name, or a dash.
  function text(measure, level, unit) {
    const column = measure.levels[level.key];
    const value = column ? column.values[unit.order] : null;
    if (value === null) return "—";
    const { pick } = gridgeo.language;
    if (measure.categories) {
      const { zh, en } = measure.categories.find((one) => one.key === value);
      return pick(zh, en);
    }
    return `${number(value)} ${pick(measure.unit, measure.unit_en)}`.trim();
  }

  return { paintedLevel, classify, label, text, plain };
})();
