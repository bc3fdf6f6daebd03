// The card of an event: what it is, how it stands to its limit, who has it, what was done; texts where the caller works on events.
gridgeo.eventcard = (topology, store, view, places, asked, { symbols, classes, soon }, { api }) => {
  const { el, both } = gridgeo.dom;
  const { card, eventwords: words } = gridgeo;
  const { pick } = gridgeo.language;
  const MINUTE = 60000; // ms
  let ways = null;

  async function one(id, options) {
    const about = (what) => asked.get(`/events/${id}${what}`, options);
    const [story, { steps }, { tasks }, left] = await Promise.all([about(""), about("/timeline"), about("/tasks"), about("/limits").catch(() => null)]);
    return { ...story, steps, tasks, left, way: await channel(story.channel) };
  }

  // What a channel is called; they are few and asked for once.
  async function channel(key) {
    ways = ways || asked.get("/events/channels").catch(() => ((ways = null), { channels: [] }));
    return (await ways).channels.find((one) => one.channel === key) || { name_zh: key };
  }

  async function within(query, options) {
    const { period, ...rest } = store.get().sought;
    const asking = [query, gridgeo.sought.asked({ ...rest, states: null, period: null }, classes), period && `since=${period.from}`];
    const { events } = await asked.get(`/events?${asking.filter(Boolean).join("&")}`, options);
    return events.map((event) => ({ id: event.event_id, category: event.class && event.class.class_id, status: words.stateOf(event, soon), grade: event.grade }));
  }

  const nameOf = (one) => (one ? pick(one.name, one.name_en) : pick(...words.UNKNOWN));

  function row({ category, status, grade }) {
    const { zh, en } = classes.byId.get(category) || {};
    return [symbols.inText(status, 6.5, grade), el("span", {}, zh ? pick(zh, en) : pick(...words.UNKNOWN)), badge(status)];
  }

  const badge = (state) => el("span", { class: "status", "data-state": state }, pick(...words.STATES[state] || words.STATES.closed));

  function told(story, header) {
    const state = words.stateOf(story, soon), leaf = story.class && classes.byId.get(story.class.class_id);
    const path = leaf ? [[leaf.major, leaf.minor, leaf.zh], [leaf.major_en, leaf.minor_en, leaf.en]] : [story.class ? story.class.path.split("/") : [words.UNKNOWN[0]], []];
    return [
      header(nameOf(story.class), badge(state)),
      el("p", { class: "category" }, symbols.inText(state, 7.5, story.grade), el("span", {}, path[0].join(" › "), el("small", { lang: "en" }, path[1].join(" › ")))),
      gridgeo.code.row(story.event_code), chain(story), story.told ? el("blockquote", { class: "told" }, story.told) : null,
      card.rows(standing(story, state), "standing"), card.rows(facts(story)), departments(story), pictures(story), history(story), links(story),
    ];
  }

  function chain({ unit }) {
    const found = unit && topology.byId.get(unit.code);
    return card.chain(found ? gridgeo.topology.chain(found) : unit ? [unit] : [], view.enter);
  }

  // Where it stands, and by when it is to be over.
  function standing(story, state) {
    return [
      [["阶段", "Stage"], both(...words.STAGES[story.stage])],
      [["等级", "Grade"], pick(...words.grade(story.grade))],
      [["计时", "Clock"], story.paused_at ? pick(`${words.moment(story.paused_at)} 起暂停`, `stopped since ${words.moment(story.paused_at)}`) : null],
      [["办结时限", "To be closed by"], story.due_at ? el("span", { class: state === "overdue" ? "late" : null }, words.moment(story.due_at), state === "closed" ? null : el("small", {}, remains(story.left && story.left.whole, story.due_at))) : null],
      [["本阶段时限", "This stage by"], state !== "closed" && story.stage_due_at ? el("span", { class: Date.parse(story.stage_due_at) <= Date.now() ? "late" : null }, words.moment(story.stage_due_at), el("small", {}, remains(story.left && story.left.stage, story.stage_due_at))) : null],
      [["责任部门", "Department"], story.department && gridgeo.language.name(story.department)],
    ];
  }

  // Time left or past, in working time where its limit is; as it goes by where that is not known, or nobody worked meanwhile.
  function remains(left, due) {
    const gone = (Date.parse(due) - Date.now()) / MINUTE, working = Boolean(left && left.working && Math.round(left.minutes));
    const minutes = working ? left.minutes : gone, span = words.length(minutes, working);
    const [zh, en] = working ? ["工作时间 ", " of working time"] : ["", ""];
    return minutes < 0 ? pick(` 已超 ${zh}${span}`, ` ${span}${en} late`) : pick(` 还剩 ${zh}${span}`, ` ${span}${en} left`);
  }

  function facts(story) {
    return [
      [["发生", "Happened"], words.moment(story.happened_at)],
      [["上报", "Reported"], words.moment(story.reported_at)],
      [["渠道", "Channel"], story.way && gridgeo.language.name(story.way)],
      [["首次响应", "First response"], words.moment(story.responded_at)],
      [["处置完毕", "Handled"], words.moment(story.handled_at)],
      [["结案", "Closed"], words.moment(story.closed_at)],
      [["退回", "Returned"], story.bounces ? pick(`${story.bounces} 次`, `${story.bounces} times`) : null],
      [["重新打开", "Reopened"], story.reopened ? pick(`${story.reopened} 次`, `${story.reopened} times`) : null],
      [["满意度", "Satisfaction"], story.stars ? el("span", { role: "img", "aria-label": pick(`${story.stars} 星`, `${story.stars} stars`) }, words.stars(story.stars)) : null],
      [["地址", "Address"], story.address],
      [["所在", "Its building"], story.place ? card.place(story.place, places) : null],
      [["位置", "Located by"], story.lon != null && words.LOCATED[story.located] ? pick(...words.LOCATED[story.located]) : null],
      [["并入", "Merged into"], story.merged_into ? el("button", { type: "button", class: "plain link", onclick: () => store.change({ event: { id: story.merged_into } }) }, both("查看", "Open")) : null],
    ];
  }

  // What departments have to do, where it is more than to lead.
  function departments({ tasks }) {
    if (!tasks.length) return null;
    return el("section", {}, el("h3", {}, both("任务", "Tasks")), el("ul", { class: "tasks" }, ...tasks.map((task) =>
      el("li", {}, el("span", {}, pick(...words.PARTS[task.part]), " ", el("b", {}, task.department ? gridgeo.language.name(task.department) : pick("待认领", "unclaimed"))), el("small", {}, [pick(...words.TASKS[task.stage]), task.due_at && ["open", "accepted"].includes(task.stage) && pick(`限 ${words.moment(task.due_at)}`, `by ${words.moment(task.due_at)}`)].filter(Boolean).join(" · ")), task.note ? el("p", {}, task.note) : null))));
  }

  // Its pictures and papers, to those who carry it on: in this tab, where their key is.
  const pictures = ({ event_id: id, media }) => (media ? el("p", { class: "links" }, el("a", { href: `${api}/events/${id}/pictures` }, both(`照片和文件 ${media.length}`, `Pictures and papers ${media.length}`))) : null);

  // What was done, the latest first.
  function history({ steps }) {
    return el("section", {}, el("h3", {}, both("经过", "Timeline")), el("ol", { class: "timeline" }, ...[...steps].reverse().map((step) =>
      el("li", {}, el("b", {}, pick(...words.ACTIONS[step.action] || [step.action])), el("span", {}, words.moment(step.at)), step.department ? el("span", {}, gridgeo.language.name(step.department)) : null,
        step.reason ? el("small", {}, step.reason) : null))));
  }

  const links = ({ event_id: id }) => card.links([
    [`${api}/events/${id}`, "接口条目", "API item"], [`${api}/events/${id}?f=geojson`, "导出", "GeoJSON", `event-${id}.geojson`], [`${api}/events/${id}/timeline`, "经过", "Timeline"],
  ]);

  const said = (story) => `${nameOf(story.class)} ${story.event_code}`;

  gridgeo.thingcard(store, { chosen: "event", known: "story", zh: "事件", en: "Event", measure: "件", one, within, told, row, said });
};
