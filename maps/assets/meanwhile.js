// What stands where an answer of the service is to stand: that it is on its way, that a key is needed for it, that it went wrong.
gridgeo.meanwhile = (() => {
  const { el, both } = gridgeo.dom;
  const SORRY = ["出错了", "Something went wrong"];

  const waiting = (lines = 3) => el("div", { class: "waiting", "aria-label": "正在载入 Loading" }, ...Array.from({ length: lines }, () => el("i")));

  const key = () => el("button", { type: "button", class: "plain link", "data-opens": "key" }, both("输入密钥", "Enter a key"));
  const locked = (zh, en) => el("p", { class: "quiet" }, both(zh, en), key());
  const barred = ({ status }) => status === 401 || status === 403;

  const said = (fault) => both(...fault.words || SORRY);
  const wrong = (fault, ...more) => el("p", { class: "quiet", role: "status" }, said(fault), ...more);

  return { waiting, key, locked, barred, said, wrong };
})();
