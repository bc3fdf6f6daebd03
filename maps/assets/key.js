// The dialog for the caller's key: whose it is and what it may, or that it was refused. It is forgotten with the tab.
gridgeo.key = (asked) => {
  const { find, el, both, fill } = gridgeo.dom;
  const { words } = gridgeo;
  const dialog = find("#key"), form = find("#key-form"), field = find("#key-text"), said = find("#key-said"), forget = find("#key-forget");
  const opener = find("#key-open");

  async function enter(event) {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return field.focus();
    fill(said, both("正在核对", "Checking"));
    try {
      await asked.enter(text);
      field.value = "";
    } catch (refusal) {
      fill(said, el("span", { class: "refused" }, refusal.status === 401 ? both("密钥无效或已过期", "The key was refused") : both(...refusal.words)));
    }
  }

  function draw(caller) {
    forget.hidden = !caller;
    fill(opener, caller ? both("密钥", caller.name || caller.key) : both("密钥", "Key"));
    opener.classList.toggle("on", Boolean(caller));
    if (!caller) return fill(said);
    const area = caller.area === "whole" ? both("全市", "Whole city") : both("部分区域", "Part of the city");
    fill(said,
      el("span", {}, el("b", {}, caller.name || "—"), " ", el("code", {}, caller.key)),
      el("span", { class: "scopes" }, ...caller.scopes.map((scope) => el("span", { class: "tag" }, both(...words.of(words.SCOPES, scope))))),
      area);
  }

  form.addEventListener("submit", enter);
  forget.addEventListener("click", () => {
    asked.forget();
    field.focus();
  });
  find("#key-close").addEventListener("click", () => dialog.close());
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens=key]")) dialog.showModal();
  });
  dialog.addEventListener("close", () => (field.value = ""));
  asked.watch(draw);
};
