// The grid: @event-calendar/build in the expert's own wall-clock hours. Drags are shown at once, and taken back if refused.
import { root, say } from "./say.js";
import { send } from "./send.js";
import { answered, openCard } from "./cards.js";

const frame = document.getElementById("grille");
const scope = document.getElementById("portee");
const icons = document.getElementById("icones").content;
const two = (number) => String(number).padStart(2, "0");
const dayOf = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
const hourOf = (at) => `${two(at.getHours())}:${two(at.getMinutes())}`;
const long = new Intl.DateTimeFormat("fr-FR", { weekday: "long", day: "numeric", month: "long" });
const days = new Map(); // one formatting a day, not one an event: a week may hold five hundred
const dayInWords = (at) => {
  const day = dayOf(at);
  if (!days.has(day)) days.set(day, long.format(at));
  return days.get(day);
};
const classes = { opening: "k-ouv", absence: "k-abs" };

let calendar = null;
let held = false; // something is under the pointer: nothing may move below it
let asked = 0;
let hours = ""; // of the axis
let last = ""; // what the grid was told: the same again moves nothing, and takes no focus away
let refreshAll = () => {};

const text = (name, value) => {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = value;
  return element;
};
const icon = (name) => icons.querySelector(`[data-icone=${name}]`).firstElementChild.cloneNode(true);

const shown = (one) => ({
  id: one.id,
  start: one.start,
  end: one.end,
  title: one.title,
  allDay: false,
  editable: one.editable,
  durationEditable: one.editable && one.kind !== "visit",
  extendedProps: one,
  classNames: [
    classes[one.kind] ?? `k-rdv m-${one.modality}`,
    ...(Date.parse(one.end) - Date.parse(one.start) < 40 * 60000 ? ["k-court"] : []),
    ...(one.over ? ["k-fini"] : []),
    ...(one.state === "À voir" ? ["k-voir"] : []),
    ...(one.recurring ? ["k-chaque"] : []),
  ].flatMap((each) => each.split(" ")),
});

const lineOf = (one) => (one.named ? `${one.title} · ${one.short}` : one.short);

function content({ event }) {
  const one = event.extendedProps;
  const hours = `${hourOf(event.start)} – ${hourOf(event.end)}`;
  if (one.kind !== "visit") return { domNodes: [text("ev-h", one.kind === "opening" ? hours : one.title)] };
  const first = text("ev-h", hourOf(event.start));
  first.prepend(icon(one.modality));
  if (one.colour) first.append(text(`couleur c-${one.colour}`, "")); // beside the pattern and the word, never alone
  const second = text("ev-t", lineOf(one));
  if (one.state === "À voir") second.prepend(text("ev-voir", one.state), ", ");
  return { domNodes: [first, document.createTextNode(" "), second] };
}

function mounted({ event, el }) {
  const one = event.extendedProps;
  if (!one.kind) return;
  el.dataset.evenement = event.id;
  const starts = hourOf(event.start);
  const seen = one.state === "À voir" ? `${one.state}, ` : ""; // the name begins with what is seen (WCAG 2.5.3)
  const words = {
    visit: `${starts} ${seen}${lineOf(one)}, ${one.spoken}`,
    opening: `${starts} – ${hourOf(event.end)} ${one.title}`,
    absence: `${one.title}, ${starts} – ${hourOf(event.end)}`,
  };
  el.setAttribute("aria-label", `${words[one.kind]}, ${dayInWords(event.start)}`);
}

// The library says role=table and puts buttons inside: what axe refuses is taken away (ui.md, trap 6).
function mend() {
  if (held) return; // under the pointer every move would do it again; the drop does it once
  const set = (element, name, value) => element && element.getAttribute(name) !== value && element.setAttribute(name, value);
  frame.querySelectorAll(".ec").forEach((each) => set(each, "role", "group"));
  if (frame.matches(".ec")) set(frame, "role", "group");
  const roles = "row columnheader cell rowgroup rowheader gridcell table".split(" ");
  frame.querySelectorAll(roles.map((each) => `[role=${each}]`).join()).forEach((each) => {
    each.removeAttribute("role");
    for (const name of ["aria-colindex", "aria-colspan", "aria-rowindex"]) each.removeAttribute(name);
  });
  frame.querySelectorAll(".ec-toolbar").forEach((each) => each.remove());
  const main = frame.querySelector(".ec-main");
  set(main, "tabindex", "0");
  set(main, "role", "group");
  set(main, "aria-label", frame.getAttribute("aria-label"));
}

// Once or each week: asked before anything is sent. "" is neither.
const askScope = () =>
  new Promise((decide) => {
    scope.returnValue = "";
    scope.addEventListener("close", () => decide(scope.returnValue), { once: true });
    scope.showModal();
  });

const ways = {
  async opening(one, event, old) {
    const portee = one.recurring ? await askScope() : "one";
    if (!portee) return null;
    const fields = { du: dayOf(old.start), jour: dayOf(event.start), debut: hourOf(event.start), fin: hourOf(event.end), portee };
    return send(`/agenda/ouvertures/${one.id.slice(1)}`, fields);
  },
  async visit(one, event) {
    const fields = { jour: dayOf(event.start), debut: hourOf(event.start), version: one.version };
    return send(`/agenda/rendez-vous/${one.id.slice(1)}/deplacer`, fields);
  },
  async absence(one, event, old) {
    const fields = {
      du: dayOf(old.start),
      jour: dayOf(event.start),
      debut: hourOf(event.start),
      au: dayOf(event.end),
      fin: hourOf(event.end),
    };
    if (fields.fin === "00:00") fields.au = fields.jour;
    return send(`/agenda/absences/${one.id.slice(1)}`, fields);
  },
};

async function changed({ event, oldEvent, revert }) {
  const one = event.extendedProps;
  held = true;
  const told = await ways[one.kind](one, event, oldEvent);
  held = false;
  if (told?.ok) {
    last = "";
    return answered(told, refreshAll);
  }
  revert();
  say(told ? told.said : root.dataset.remis, { tone: told ? "brique" : "" });
  refreshAll();
}

function drawn({ start, end }) {
  const pour = root.dataset.pour ? `&pour=${root.dataset.pour}` : "";
  const fin = dayOf(start) === dayOf(end) || hourOf(end) === "00:00" ? hourOf(end) : "";
  openCard(`/agenda/ouvertures/nouvelle?jour=${dayOf(start)}&debut=${hourOf(start)}&fin=${fin}${pour}`);
  calendar.unselect();
}

export function create(refresh) {
  refreshAll = refresh;
  calendar = EventCalendar.create(frame, {
    view: "timeGridWeek",
    locale: "fr",
    firstDay: 1,
    height: "100%",
    headerToolbar: { start: "", center: "", end: "" },
    allDaySlot: false,
    slotMinTime: "08:00",
    slotMaxTime: "20:00",
    slotHeight: 28,
    slotDuration: "00:30",
    snapDuration: "00:15",
    scrollTime: "08:00",
    nowIndicator: false,
    editable: true,
    selectable: true,
    eventResizableFromStart: true,
    longPressDelay: 450,
    dayHeaderFormat: { weekday: "long", day: "numeric" },
    slotLabelFormat: { hour: "2-digit", minute: "2-digit" },
    eventTimeFormat: { hour: "2-digit", minute: "2-digit" },
    events: [],
    eventContent: content,
    eventDidMount: mounted,
    eventClick: ({ event, el }) => event.extendedProps.card && openCard(event.extendedProps.card, el),
    eventDragStart: () => (held = true),
    eventDragStop: () => {
      held = false;
      setTimeout(mend);
    },
    eventResizeStart: () => (held = true),
    eventResizeStop: () => {
      held = false;
      setTimeout(mend);
    },
    eventDrop: changed,
    eventResize: changed,
    select: drawn,
    viewDidMount: () => setTimeout(mend),
    eventAllUpdated: () => setTimeout(mend),
    datesSet: () => setTimeout(mend),
  });
  new ResizeObserver(head).observe(frame);
}

function head() {
  const room = frame.clientWidth / parseFloat(getComputedStyle(frame).fontSize); // in letters of the reader
  const whole = room > 54 || calendar.getOption("view") === "timeGridDay";
  const weekday = whole ? "long" : room > 38 ? "short" : "narrow"; // « L 23 » rather than « lu… »
  if (calendar.getOption("dayHeaderFormat").weekday !== weekday)
    calendar.setOption("dayHeaderFormat", { weekday, day: "numeric" });
}

// Full hours on the axis, also where something begins at 07:15: the library's own stretch would name 07:15, 08:15, 09:15.
function stretch(events) {
  let [from, to] = [8, 20];
  for (const { start, end } of events.filter((one) => one.kind !== "absence")) {
    const first = new Date(start);
    const final = new Date(Date.parse(end) - 1);
    const overnight = dayOf(first) !== dayOf(final);
    from = Math.min(from, overnight ? 0 : first.getHours());
    to = Math.max(to, overnight ? 24 : final.getHours() + 1);
  }
  if (hours === `${from}-${to}`) return;
  hours = `${from}-${to}`;
  calendar.setOption("slotMinTime", `${two(from)}:00`);
  calendar.setOption("slotMaxTime", `${two(to)}:00`);
}

// A week of ten-minute visits is given the height their one line needs; half hours keep the height they had.
function spread(events) {
  const minutes = events.filter((one) => one.kind === "visit").map((one) => (Date.parse(one.end) - Date.parse(one.start)) / 60000);
  const height = Math.max(28, Math.ceil((18 * 30) / Math.max(10, Math.min(30, ...minutes))));
  if (calendar.getOption("slotHeight") !== height) calendar.setOption("slotHeight", height);
}

export const busy = () => held || scope.open;

// What the server says, now; whoever had the focus keeps it.
export async function load(view, day, { automatic = false } = {}) {
  if (!calendar) return;
  const turn = ++asked;
  const week = view === "jour" ? "timeGridDay" : "timeGridWeek";
  const at = new Date(`${day}T12:00`);
  const first = new Date(at);
  const end = new Date(at);
  if (view !== "jour") first.setDate(at.getDate() - ((at.getDay() + 6) % 7));
  end.setTime(first.getTime());
  end.setDate(first.getDate() + (view === "jour" ? 1 : 7));
  const pour = root.dataset.pour ? `&pour=${root.dataset.pour}` : "";
  let said;
  try {
    const answer = await fetch(`/agenda/donnees?du=${dayOf(first)}&au=${dayOf(end)}${pour}`, {
      headers: { Accept: "application/json", ...(automatic ? { "X-Automatic": "oui" } : {}) },
    });
    if (answer.status === 401) location.reload();
    if (!answer.ok) return;
    said = await answer.text();
  } catch {
    return; // the live line says it, and asks again
  }
  if (turn !== asked || busy()) return;
  const told = JSON.parse(said);
  const same = `${view} ${day} ${JSON.stringify(told.events)}`;
  frame.dataset.version = told.version;
  if (same === last) return;
  last = same;
  const focused = document.activeElement?.closest("[data-evenement]")?.dataset.evenement;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  calendar.setOption("nowIndicator", here === told.zone);
  calendar.setOption("view", week);
  head();
  calendar.setOption("date", at);
  stretch(told.events);
  spread(told.events);
  calendar.setOption("events", told.events.map(shown));
  setTimeout(() => {
    mend();
    if (focused && !document.activeElement?.closest("[data-evenement], dialog"))
      frame.querySelector(`[data-evenement="${focused}"]`)?.focus();
  });
}
