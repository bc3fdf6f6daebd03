// Which events are sought: their states, classes, grades and department, and when they were reported; and whether the map shows them.
// Where nothing is said of something, null, all is meant; without a period what is open, and what was reported in the last thirty days.
gridgeo.sought = (() => {
  const STATES = ["open", "due-soon", "overdue", "closed"];
  const GRADES = [1, 2, 3, 4];
  const KEPT = ["events", "classes", "grades", "department", "period"]; // of the page's address
  const ALL = Object.freeze({ on: false, states: null, classes: null, grades: null, department: null, period: null });
  const RUNS = /^(none|\d{1,6}(-\d{1,6})?(\.\d{1,6}(-\d{1,6})?)*)$/;
  const DEPARTMENT = /^[0-9A-Z]{8}[0-9X]$/;
  const PERIOD = /^(\d{4}-\d\d-\d\d)_(\d{4}-\d\d-\d\d)$/;
  const LONGEST = 366; // days

  // Some of all, in their order; null where it is all of them.
  const some = (all, chosen) => {
    const found = all.filter((one) => chosen.includes(one));
    return found.length === all.length ? null : Object.freeze(found);
  };

  // A link to an event shows it among the others.
  function parse({ events, classes, grades, department, period, event }, known) {
    return Object.freeze({
      on: Boolean(events || event),
      states: events && events !== "all" ? some(STATES, events.split(".")) : null,
      classes: RUNS.test(classes || "") ? known.read(classes) : null,
      grades: grades ? some(GRADES, grades.split(".").map(Number)) : null,
      department: DEPARTMENT.test(department || "") ? department : null,
      period: periodOf(period || ""),
    });
  }

  function periodOf(text) {
    const [, from, to] = PERIOD.exec(text) || [], days = 1 + (Date.parse(to) - Date.parse(from)) / 86400000;
    return days >= 1 && days <= LONGEST ? Object.freeze({ from, to }) : null;
  }

  function written({ on, states, classes, grades, department, period }, known) {
    return {
      events: on ? (states ? states.join(".") || "none" : "all") : "",
      classes: known.write(classes),
      grades: grades && (grades.join(".") || "none"),
      department,
      period: period && `${period.from}_${period.to}`,
    };
  }

  // What the API is asked for; days of a period are both meant.
  const datetime = (period) => period && `datetime=${period.from}/${period.to}`;
  function asked({ states, classes, grades, department, period }, known) {
    return [classes && known.asked(classes), grades && `grade=${grades.join(",")}`, states && `state=${states.join(",")}`, department && `department=${department}`, datetime(period)].filter(Boolean).join("&");
  }

  // Whether anything can be meant: of no class, grade or state there is nothing to ask for.
  const any = ({ states, classes, grades }) => [states, classes, grades].every((chosen) => chosen === null || chosen.length > 0);

  return { STATES, GRADES, KEPT, ALL, some, parse, written, asked, any, has: (chosen, one) => chosen === null || chosen.includes(one) };
})();
