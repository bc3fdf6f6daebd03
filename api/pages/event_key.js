// Pages with a caller's key: browsers send none with an address, so the page is fetched again with it and put in the place of this one.
// The key lives in this tab's session only, where the map keeps it too: never in an address, never in a store that outlasts the tab.
(() => {
  const KEPT = "gridgeo-key";
  const OURS = /\/events\/((board|departments|mine|community)(\/[^/]*)?|[^/]+\/pictures)$/;
  const find = (selector) => document.querySelector(selector);
  const details = find("#key"), said = find("#key-said"), field = find("#key-text"), forget = find("#key-forget");
  if (!details) return;

  const kept = () => sessionStorage.getItem(KEPT);
  const show = (address) => location.assign(address);

  const asked = (address, key, more) => fetch(address, { ...more, headers: { Authorization: `Bearer ${key}`, Accept: "text/html" }, cache: "no-store" });

  async function fetched(address, key, sent) {
    const answer = await asked(address, key, sent && { method: "POST", body: sent });
    return { status: answer.status, made: new DOMParser().parseFromString(await answer.text(), "text/html") };
  }

  // Put the page of an address in the place of the one that is shown; false where the key is refused.
  async function turn(address, key, moved, sent) {
    find("#page").setAttribute("aria-busy", "true");
    const { status, made } = await fetched(address, key, sent).catch(() => ({ status: 0, made: null }));
    find("#page").removeAttribute("aria-busy");
    if (!made || !made.querySelector("#page")) return say("服务没有应答 No answer");
    if (status === 401) {
      sessionStorage.removeItem(KEPT);
      draw();
      say("密钥无效或已过期 The key was refused");
      return (details.open = true);
    }
    find("#page").replaceWith(document.adoptNode(made.querySelector("#page")));
    document.title = made.title;
    if (moved) {
      history.pushState(null, "", address);
      scrollTo(0, 0);
      find("#content").focus({ preventScroll: true });
    }
    say("");
    drawPictures(key);
  }

  // A file of an event, which is given to nobody without a key.
  async function file(address, key) {
    const answer = await asked(address, key);
    if (!answer.ok) throw new Error(answer.status);
    return URL.createObjectURL(await answer.blob());
  }

  // One after the other: a telephone has little room.
  async function drawPictures(key) {
    for (const image of document.querySelectorAll("img[data-src]")) {
      const address = await file(image.dataset.src, key).catch(() => "");
      image.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
      image.src = address;
    }
  }

  async function save(link) {
    const address = await file(link.href, kept()).catch(() => say("文件没有取到 The file could not be had"));
    if (!address) return;
    Object.assign(document.createElement("a"), { href: address, download: link.dataset.file }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }

  const say = (text) => (said.textContent = text);

  function draw() {
    forget.hidden = !kept();
    details.toggleAttribute("data-on", Boolean(kept()));
  }

  find("#key form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    field.value = "";
    if (!/^[\x21-\x7e]{8,4096}$/.test(text)) return say("这不是密钥 That is no key");
    sessionStorage.setItem(KEPT, text);
    details.open = false;
    draw();
    turn(location.href, text);
  });
  forget.addEventListener("click", () => {
    sessionStorage.removeItem(KEPT);
    show(location.href.split("#")[0]);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!kept() || !link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.origin !== location.origin || !(link.dataset.file || OURS.test(link.pathname))) return;
    event.preventDefault();
    if (link.dataset.file) return save(link);
    turn(link.href, kept(), true);
  });
  document.addEventListener("submit", (event) => {
    if (!kept() || !event.target.matches("form[data-keyed]")) return;
    event.preventDefault();
    turn(event.target.action, kept(), false, new FormData(event.target));
  });
  addEventListener("popstate", () => (kept() ? turn(location.href, kept()) : show(location.href)));

  details.hidden = false;
  draw();
  if (kept()) turn(location.href, kept());
})();
