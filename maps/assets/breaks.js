// Class breaks of values that come while one looks; those that come with the map are broken where it is made, by the same rules.
// Zero is no class, and a missing value is none.
gridgeo.breaks = (() => {
  const CLASSES = 5, BINS = 240;

  const classed = (values) => values.filter((value) => value).sort((a, b) => a - b);
  const at = (sorted, share) => {
    const place = share * (sorted.length - 1), low = Math.floor(place);
    return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  };

  // Three figures, as a legend is read; what no longer parts the values is left out.
  function tidy(breaks, values) {
    const rounded = [...new Set(breaks.map((value) => Number(value.toPrecision(3))))].sort((a, b) => a - b);
    const kept = [];
    for (const value of rounded) {
      const below = kept.length ? kept.at(-1) : -Infinity;
      if (value > values[0] && value <= values.at(-1) && values.some((one) => one >= below && one < value)) kept.push(value);
    }
    return kept;
  }

  function quantile(all) {
    const values = classed(all);
    return values.length ? tidy(Array.from({ length: CLASSES - 1 }, (_, i) => at(values, (i + 1) / CLASSES)), values) : [];
  }

  // The least sum of squared deviations within classes. Source: Fisher, "On Grouping for Maximum Homogeneity" (1958).
  function natural(all) {
    const values = classed(all);
    if (!values.length) return [];
    const groups = [...new Set(values.length <= BINS ? values : Array.from({ length: BINS }, (_, i) => values[Math.floor((i * (values.length - 1)) / (BINS - 1))]))];
    const sums = cumulated(values, groups), spread = (from, to) => {
      const [weight, total, square] = sums.map((column) => column[to] - column[from]);
      return square - (total * total) / weight;
    };
    const count = groups.length, cuts = [];
    let best = Array.from({ length: count + 1 }, (_, to) => (to ? spread(0, to) : Infinity));
    for (let classes = 1; classes < Math.min(CLASSES, count); classes++) {
      const next = new Array(count + 1).fill(Infinity), cut = new Array(count + 1).fill(0);
      for (let to = 2; to <= count; to++) {
        for (let from = 1; from < to; from++) {
          const cost = best[from] + spread(from, to);
          if (cost < next[to]) [next[to], cut[to]] = [cost, from];
        }
      }
      best = next;
      cuts.push(cut);
    }
    const breaks = [];
    for (let i = cuts.length - 1, to = count; i >= 0; i--) breaks.unshift(groups[(to = cuts[i][to])]);
    return tidy(breaks, values);
  }

  // Number, sum and sum of squares of the values up to each group.
  function cumulated(values, groups) {
    const sums = [0, 1, 2].map(() => new Float64Array(groups.length + 1));
    let group = 0;
    for (const value of values) {
      while (group + 1 < groups.length && value >= groups[group + 1]) group++;
      for (let power = 0; power < 3; power++) sums[power][group + 1] += value ** power;
    }
    for (const column of sums) for (let i = 1; i < column.length; i++) column[i] += column[i - 1];
    return sums;
  }

  return { quantile, natural };
})();
