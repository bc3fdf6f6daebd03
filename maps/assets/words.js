// Words for what the API names in keys: Chinese and English. A key without words is shown as it is.
gridgeo.words = (() => {
  const KINDS = {
    building: ["楼栋", "Building"], house: ["房屋", "House"], compound: ["小区", "Compound"], road: ["道路", "Road"],
    community: ["社区", "Community"], street: ["街道", "Street"], district: ["区", "District"], none: ["无", "None"],
  };
  const USES = {
    residential: ["住宅", "Residential"], dormitory: ["宿舍", "Dormitory"], commercial: ["商业", "Commercial"], office: ["办公", "Office"],
    industrial: ["厂房", "Industrial"], warehouse: ["仓储", "Warehouse"], mixed: ["商住", "Mixed"], public: ["公共设施", "Public"], other: ["其他", "Other"],
  };
  const STATUSES = {
    planned: ["规划", "Planned"], in_use: ["在用", "In use"], under_investigation: ["核查中", "Under investigation"],
    demolished: ["已拆除", "Demolished"], retired: ["已注销", "Retired"],
  };
  const NAMES = {
    full: ["全称", "Full"], administrative: ["行政名称", "Administrative"], geographic: ["地理名称", "Geographic"], colloquial: ["俗称", "Colloquial"],
    short: ["简称", "Short"], other: ["其他名称", "Other"], former: ["曾用名", "Former"],
  };
  const PARTS = {
    province: ["省", "Province"], city: ["市", "City"], district: ["区", "District"], street: ["街道", "Street"], community: ["社区", "Community"],
    road: ["道路", "Road"], plate: ["门牌", "Plate"], compound: ["小区", "Compound"], block: ["楼栋", "Block"], unit: ["单元", "Unit"],
    floor: ["楼层", "Floor"], room: ["房号", "Room"],
  };
  const OBJECT_STATUSES = {
    planned: ["规划", "Planned"], in_use: ["完好", "In use"], damaged: ["破损", "Damaged"], out_of_service: ["停用", "Out of service"],
    missing: ["丢失", "Missing"], removed: ["拆除", "Removed"],
  };
  // How an object lies in the grid, where that is not plainly inside.
  const OUTCOMES = { boundary: ["在边界上", "On a boundary"], several: ["多个网格重叠", "In several"] };
  const ACCURACY = { A: ["A 级 ≤ 0.5 m", "A, ≤ 0.5 m"], B: ["B 级 ≤ 1.0 m", "B, ≤ 1.0 m"], C: ["C 级 ≤ 10 m", "C, ≤ 10 m"] };
  // How a search found a place, where that is not plain from its name.
  const HOW = { alias: ["别名", "Other or former name"], sound: ["同音", "Sounds alike"], part: ["包含", "Contains"], likeness: ["近似", "Alike"], code: ["编码", "Code"], address: ["地址", "Address"] };
  const CODES = { person: ["人员", "Persons"], credit: ["机构", "Organisations"], phone: ["号码", "Numbers"], event: ["事件", "Events"] };
  const SCOPES = { read: ["查看", "Read"], write: ["写入", "Write"], link: ["关联", "Links"], unmask: ["明文", "Unmask"], admin: ["管理", "Admin"] };

  const { pick } = gridgeo.language;
  const of = (words, key) => words[key] || [key, ""];
  // One word, in the language that is read.
  const say = (words, key) => pick(...of(words, key));
  const title = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  // Numbers and letters are stored without what they count; names stand as they are.
  const counted = (label, what) => (/[0-9A-Z]$/i.test(label) ? label + what : label);
  const unit = (label) => pick(counted(label, "单元"), `unit ${label}`);
  const floor = (number) => pick(number < 0 ? `负${-number}层` : `${number}层`, number < 0 ? `basement ${-number}` : `floor ${number}`);

  // What a building is called in short: its estate, lane and number or block, else its road and number.
  function building({ road, plate, compound, block }) {
    const lane = /[巷坊里弄]$/.test(road || "");
    const number = plate && (lane || !compound || !road) ? counted(plate, "号") : null;
    return [compound, compound && !lane ? null : road, number, block && counted(block, "栋")].filter(Boolean).join("") || pick("楼栋", "Building");
  }

  // A house within its building.
  function door({ unit: label, floor: number, room }) {
    const inside = room ? pick(counted(room, "室"), `room ${room}`) : number === null || number === undefined ? null : floor(number);
    const parts = [label && unit(label), inside].filter(Boolean);
    return title(parts.join(pick("", ", "))) || pick("整栋", "The whole building");
  }

  // An address without the places it lies in, which stand beside it.
  const within = (address, units) => ["广东省", "深圳市", ...units.map((one) => one.name_zh)].reduce((text, name) => (text.startsWith(name) && text !== name ? text.slice(name.length) : text), address);

  const period = (from, to) => (from && to ? `${from} – ${to}` : from ? pick(`${from} 起`, `since ${from}`) : to ? pick(`至 ${to}`, `until ${to}`) : "");

  return { KINDS, USES, STATUSES, NAMES, PARTS, HOW, CODES, SCOPES, OBJECT_STATUSES, OUTCOMES, ACCURACY, of, say, unit, building, door, floor, within, period };
})();
