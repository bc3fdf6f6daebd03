// Everything the page asks of the API: with the caller's key where there is one, and refusals as what they say.
// The key lives in this tab's session only: never in an address, never in a store that outlasts the tab.
gridgeo.asked = ({ api, may = [], needs = {} }) => {
  const KEPT = "gridgeo-key";
  const WORDS = {
    0: ["服务没有应答", "The service does not answer"],
    400: ["请求有误", "The request is at fault"],
    401: ["需要有效的密钥", "A valid key is needed"],
    403: ["此密钥没有这项权限", "This key may not see this"],
    404: ["没有找到", "Not found"],
    409: ["暂时不能回答", "Cannot be answered yet"],
    410: ["已不存在", "It is no more"],
    413: ["内容过多", "Too much at once"],
    429: ["请求过于频繁，请稍候", "Too many requests; wait a little"],
    503: ["服务繁忙，请稍候再试", "The service is busy; try again soon"],
  };
  const watchers = [];
  let caller = null;

  class Refusal extends Error {
    constructor(status, problem = {}) {
      super(problem.detail || problem.title || `HTTP ${status}`);
      Object.assign(this, { status, words: WORDS[status] || [`出错了（${status}）`, "Something went wrong"], since: problem.since, successors: problem.successors || [] });
    }
  }

  const kept = () => sessionStorage.getItem(KEPT);

  async function fetched(address, { signal, body, key = kept(), as = "json" } = {}) {
    const headers = { ...(key ? { Authorization: `Bearer ${key}` } : {}), ...(body ? { "Content-Type": "application/json" } : {}) };
    const answer = await fetch(address, { signal, headers, ...(body ? { method: "POST", body: JSON.stringify(body) } : {}) }).catch((error) => {
      throw error.name === "AbortError" ? error : new Refusal(0);
    });
    if (answer.ok) return answer[as]();
    throw new Refusal(answer.status, await answer.json().catch(() => ({})));
  }

  const get = (path, options) => fetched(api + path, options);
  const post = (path, body, options) => fetched(api + path, { ...options, body });

  // Whether something may be asked at all, as far as is known: what is sure to be refused is not asked.
  const allows = (what) => (caller ? caller.scopes : may).includes(needs[what] || "read");

  // Whether it is known who asks: some things are told to nobody else.
  const named = () => caller !== null;

  // Whether the service has it at all.
  const knows = (what) => Boolean(needs[what]);

  // Who a key belongs to; it is kept when the service knows it.
  async function enter(key) {
    const known = await get("/caller", { key });
    sessionStorage.setItem(KEPT, key);
    become(known);
  }

  // After a reload: the key of this session, unless it was revoked meanwhile.
  async function resume() {
    if (!kept()) return;
    await enter(kept()).catch((error) => [401, 403].includes(error.status) && forget());
  }

  function forget() {
    sessionStorage.removeItem(KEPT);
    become(null);
  }

  function become(known) {
    caller = known;
    for (const run of watchers) run(caller);
  }

  function watch(run) {
    watchers.push(run);
    run(caller);
  }

  return { get, post, fetched, allows, named, knows, enter, resume, forget, watch, open: (what) => may.includes(needs[what] || "read") };
};
