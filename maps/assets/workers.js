// Who is in charge (网格员, 网格长) in the card of a unit, and of how many units below it nobody is. Asked for callers with a key only.
gridgeo.workers = (asked, config) => {
  const { el, both, fill, number } = gridgeo.dom;
  const { meanwhile } = gridgeo;
  const { pick } = gridgeo.language;
  const ROLES = { worker: ["网格员", "Grid worker"], head: ["网格长", "Grid head"] };

  function section(unit) {
    const body = el("div", { "aria-live": "polite" });
    if (asked.named()) load(unit, body);
    else fill(body, locked());
    return el("section", { class: "in-charge" }, el("h3", {}, both("负责人", "In charge")), body);
  }

  const locked = () => meanwhile.locked("查看负责人需要密钥", "Needs a key");

  async function load(unit, body) {
    fill(body, meanwhile.waiting(1));
    try {
      fill(body, ...drawn(await asked.get(`/grids/${encodeURIComponent(unit.ref)}/workers${config.query ? `?${config.query}` : ""}`)));
    } catch (fault) {
      fill(body, meanwhile.barred(fault) ? locked() : fault.status === 404 ? el("p", { class: "quiet" }, both("不在此密钥的范围内", "Not in the area of this key")) : meanwhile.wrong(fault));
    }
  }

  function drawn({ workers, below }) {
    const vacant = below.filter((one) => one.vacant);
    return [
      workers.length ? el("ul", {}, ...workers.map(person)) : el("p", { class: "quiet" }, both("暂无", "Vacant")),
      vacant.length ? el("p", { class: "note" }, `${pick("下级暂无负责人", "Vacant below")}${pick("：", ": ")}${vacant.map(lacking).join(pick("，", ", "))}`) : null,
    ];
  }

  const person = ({ role, name, phone, valid_from: since }) =>
    el("li", { title: pick(`${since} 起`, `since ${since}`) },
      el("span", { class: "tag" }, pick(...ROLES[role])), el("b", {}, name), phone ? el("a", { href: `tel:${phone}` }, spoken(phone)) : el("small", {}, both("无电话", "No number")));

  const lacking = ({ name_zh, name_en, units, vacant }) => pick(`${name_zh} ${number(vacant)}/${number(units)}`, `${name_en.toLowerCase()} ${number(vacant)} of ${number(units)}`);

  // E.164 as it is dialled at home: 138 0013 8000, 0755-8888 8888.
  function spoken(phone) {
    const mobile = /^\+86(1\d\d)(\d{4})(\d{4})$/.exec(phone), landline = /^\+86(10|2\d|[3-9]\d\d)(\d{3,4})(\d{4})$/.exec(phone);
    return mobile ? mobile.slice(1).join(" ") : landline ? `0${landline[1]}-${landline[2]} ${landline[3]}` : phone;
  }

  return { section };
};
