// Finding units by name, code or pinyin initials among all that is loaded.
gridgeo.finder = (topology) => {
  // The first character of each initial in pinyin order; 爱 lies between 阿 and 八, so it begins with A.
  const FIRST = "阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀";
  const LETTERS = "abcdefghjklmnopqrstwxyz";
  // Read differently in names of this place than in the dictionary.
  const LOCAL = { 厦: "s", 涌: "c", 圳: "z", 莞: "g", 埔: "b", 蚝: "h", 坜: "l", 重: "c", 长: "c" };
  const collator = new Intl.Collator("zh-Hans-CN-u-co-pinyin");
  const initials = new Map();
  const MOST = 12;

  function initial(character) {
    if (!initials.has(character)) initials.set(character, /[\u4e00-\u9fff]/.test(character) ? look(character) : character.toLowerCase());
    return initials.get(character);
  }

  function look(character) {
    if (LOCAL[character]) return LOCAL[character];
    let at = FIRST.length - 1;
    while (at > 0 && collator.compare(FIRST[at], character) > 0) at--;
    return LETTERS[at];
  }

  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s'’·-]/g, "");

  let entries = null, of = null; // the units of the edition shown
  function all() {
    if (of !== topology.byId) [entries, of] = [null, topology.byId];
    entries = entries || topology.levels.flatMap((level) => level.units).map((unit) => {
      const name = plain(unit.facts.name_zh);
      return { unit, name, code: plain(unit.facts.code || ""), english: plain(unit.facts.name_en || ""), pinyin: [...name].map(initial).join("") };
    });
    return entries;
  }

  // 0 is best: the whole, then a beginning, then anywhere within; codes before names, names before sound.
  function rank(entry, asked) {
    const fields = [entry.code, entry.name, entry.pinyin, entry.english];
    let best = Infinity;
    fields.forEach((field, order) => {
      const at = field ? field.indexOf(asked) : -1;
      if (at < 0) return;
      best = Math.min(best, (field === asked ? 0 : at === 0 ? 10 : 20) + order);
    });
    return best;
  }

  function find(text) {
    const asked = plain(text);
    if (!asked) return [];
    const found = [];
    for (const entry of all()) {
      const score = rank(entry, asked);
      if (score < Infinity) found.push({ unit: entry.unit, score });
    }
    found.sort((a, b) => a.score - b.score || a.unit.rank - b.unit.rank || a.unit.order - b.unit.order);
    return found.slice(0, MOST).map(({ unit }) => unit);
  }

  return { find };
};
