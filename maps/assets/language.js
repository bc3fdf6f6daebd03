// Chinese first with English beside, or English first with Chinese beside. What is written stands in the page once, as a pair:
// whatever draws it writes Chinese first, and where English is wanted the pair is turned before it is seen.
gridgeo.language = (() => {
  const KEPT = "gridgeo-language";
  const TO = {
    en: /^(\p{Script=Han}[^A-Za-z]*) ([A-Za-z][A-Za-z'’][^\p{Script=Han}]*)$/u,
    zh: /^([A-Za-z][A-Za-z'’][^\p{Script=Han}]*) (\p{Script=Han}[^A-Za-z]*)$/u,
  };
  const ATTRIBUTES = ["aria-label", "title", "placeholder"];
  const PLAIN = "button, option, td, .skip, .visually-hidden"; // whose own text is a pair: "关闭 Close"
  let now = "zh";

  const root = document.documentElement;
  const tagOf = { zh: "zh-CN", en: "en" };
  const observer = new MutationObserver((changes) => {
    for (const { addedNodes, target, type } of changes) {
      if (type === "attributes") flipAttributes(target);
      else for (const node of addedNodes) turnAll(node.nodeType === 1 ? node : target);
    }
    observer.takeRecords(); // its own
  });

  const flip = (text) => text.replace(TO[now], "$2 $1");

  function turnAll(node) {
    if (!node.isConnected || node.closest("script, style, svg, textarea")) return;
    const other = tagOf[now === "en" ? "en" : "zh"];
    const within = (selector) => [...(node.matches(selector) ? [node] : []), ...node.querySelectorAll(selector)];
    within(`small[lang="${other}"]`).forEach(turn);
    within(ATTRIBUTES.map((name) => `[${name}]`).join()).forEach(flipAttributes);
    within(PLAIN).forEach(flipText);
  }

  // <span lang=a>…</span> <small lang=b>…</small>: b comes first, and large.
  function turn(small) {
    let first = small.previousSibling;
    while (first && first.nodeType === 3 && !first.data.trim()) first = first.previousSibling;
    if (!first || !small.textContent.trim() || !(first.nodeType === 3 || first.matches("span[lang]"))) return;
    const { el } = gridgeo.dom;
    const text = first.nodeType === 3 ? [first.data.trim()] : [...first.childNodes];
    const space = small.previousSibling.nodeType === 3 ? [] : [" "];
    const large = el("span", { lang: small.lang }, ...small.childNodes);
    small.replaceWith(...space, el("small", { lang: small.lang === "en" ? tagOf.zh : tagOf.en }, ...text));
    first.replaceWith(large, ...(first.nodeType === 3 ? [" "] : []));
  }

  function flipAttributes(node) {
    for (const name of ATTRIBUTES) {
      const text = node.getAttribute(name);
      if (text && flip(text) !== text) node.setAttribute(name, flip(text));
    }
    if (node.dataset.placeholderEn) {
      node.dataset.placeholderZh = node.dataset.placeholderZh || node.placeholder;
      const wanted = node.dataset[now === "en" ? "placeholderEn" : "placeholderZh"];
      if (node.placeholder !== wanted) node.placeholder = wanted;
    }
  }

  function flipText(node) {
    for (const child of node.childNodes) if (child.nodeType === 3 && flip(child.data) !== child.data) child.data = flip(child.data);
  }

  function set(language) {
    const wanted = language === "en" ? "en" : "zh";
    try {
      localStorage.setItem(KEPT, wanted);
    } catch {} // a page that may keep nothing forgets it with the tab
    if (wanted === now) return;
    observer.disconnect();
    now = wanted;
    root.lang = tagOf[now];
    turnAll(document.body);
    if (now === "en") observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ATTRIBUTES });
  }

  function kept() {
    try {
      return localStorage.getItem(KEPT) === "en" ? "en" : "zh";
    } catch {
      return "zh";
    }
  }

  const pick = (zh, en) => (now === "en" && en) || zh;
  const name = (facts) => pick(facts.name_zh, facts.name_en);

  return { set, kept, pick, name, now: () => now };
})();
