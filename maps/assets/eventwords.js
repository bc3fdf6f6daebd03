// Words for events: how they stand to their limit, their stages, grades, what is done to them, and what departments have to do.
gridgeo.eventwords = (() => {
  const STATES = { open: ["办理中", "In time"], "due-soon": ["即将到期", "Due soon"], overdue: ["超期", "Overdue"], closed: ["已结", "Over"] };
  const STAGES = {
    reported: ["已上报", "Reported"], filed: ["已立案", "Filed"], rejected: ["不予立案", "Rejected"], dispatched: ["已派遣", "Dispatched"], returned: ["已退回", "Returned"],
    handled: ["已处置", "Handled"], verified: ["核查通过", "Verified"], closed: ["已结案", "Closed"], reopened: ["重新打开", "Reopened"], merged: ["已并案", "Merged"],
  };
  const ACTIONS = {
    report: ["上报", "Reported"], amend: ["更正", "Amended"], file: ["立案", "Filed"], reject: ["不予立案", "Rejected"], merge: ["并案", "Merged"],
    dispatch: ["派遣", "Dispatched"], refer: ["转介", "Referred"], whistle: ["吹哨", "Whistled for"], withdraw: ["撤回任务", "Task withdrawn"], claim: ["认领", "Claimed"],
    accept: ["接办", "Accepted"], decline: ["不接", "Declined"], return: ["退回", "Returned"], check_in: ["报到", "Checked in"], handle: ["处置", "Handled"],
    rework: ["返工", "To be done again"], verify: ["核查通过", "Verified"], close: ["结案", "Closed"], reopen: ["重新打开", "Reopened"], rate: ["评价", "Rated"],
    pause: ["暂停计时", "Clock stopped"], resume: ["恢复计时", "Clock goes on"],
  };
  const PARTS = { lead: ["牵头", "Leads"], assist: ["协助", "Assists"], refer: ["转介", "Referred to"], whistle: ["吹哨报到", "Called to the place"] };
  const TASKS = { open: ["待办", "To do"], accepted: ["已接办", "Accepted"], returned: ["已退回", "Returned"], declined: ["不接", "Declined"], handled: ["已处置", "Handled"], withdrawn: ["已撤回", "Withdrawn"] };
  const LOCATED = { point: ["给定坐标", "Given point"], address: ["地址所在楼栋", "The building of its address"], grid: ["网格代表点", "A point of its grid"] };
  const ROMAN = ["", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"];
  const UNKNOWN = ["未定类", "No class yet"];
  const DAY = 1440; // minutes

  const { pick } = gridgeo.language;
  const grade = (n) => [`${ROMAN[n]} 级`, `Grade ${ROMAN[n]}`];
  const stars = (n) => "★".repeat(n) + "☆".repeat(5 - n);

  // A moment as it is read in China, to the minute.
  const moment = (text) => (text ? new Date(text).toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }).slice(0, 16) : null);

  // A length of time: two of its parts at most. Days of working time are told in hours, for each has as many as its calendar says.
  function length(minutes, working) {
    const whole = Math.round(Math.abs(minutes)), days = working ? 0 : Math.floor(whole / DAY), hours = Math.floor((whole - days * DAY) / 60), rest = whole % 60;
    const zh = [days && `${days} 天`, hours && `${hours} 小时`, !days && (rest || !hours) && `${rest} 分钟`], en = [days && `${days} d`, hours && `${hours} h`, !days && (rest || !hours) && `${rest} min`];
    return pick(zh.filter(Boolean).join(" "), en.filter(Boolean).join(" "));
  }

  // How an event stands to its limit; `soon` is the part of its time that is left when it is due soon.
  function stateOf({ stage, paused_at: paused, due_at: due, filed_at: filed, reported_at: reported }, soon, now = Date.now()) {
    if (["rejected", "closed", "merged"].includes(stage)) return "closed";
    if (paused || !due) return "open";
    const end = Date.parse(due), given = Math.max(0, end - Date.parse(filed || reported));
    return end <= now ? "overdue" : end - given * soon <= now ? "due-soon" : "open";
  }

  return { STATES, STAGES, ACTIONS, PARTS, TASKS, LOCATED, UNKNOWN, ROMAN, grade, stars, moment, length, stateOf };
})();
