// The ranked list: it never moves under the pointer or the focus; arrows walk, a digit holds, « / » filters.
import { here, later, say, send, swap, words } from "./send.js";
import { on as shortcuts } from "./shortcuts.js";

const list = () => document.getElementById("liste");
const button = () => document.getElementById("changements");
const tools = document.querySelector(".outils");
const filter = document.getElementById("q");
const watchers = [];
const fresh = new Set();
let waiting = null;
let asking = null;

export const onShown = (work) => watchers.push(work);
export const cards = () => [...document.querySelectorAll("#liste .pro")];
export const slots = (card) => [...card.querySelectorAll(".creneau")];

let wider = null;
const beyond = () => wider ?? list().dataset.elargi ?? 0;
const sort = () => tools.querySelector("[name=tri]:checked")?.value ?? "adapte";
const busy = () => list().matches(":hover") || list().contains(document.activeElement);
const print = (scope) => [...scope.querySelectorAll(".pro")].map((card) => `${card.dataset.pro} ${slots(card).map((one) => one.dataset.cle).join(" ")}`);

export async function refresh({ now = false } = {}) {
  asking?.abort();
  asking = new AbortController();
  try {
    const asked = new URLSearchParams(location.search); // what we hold stays in the list
    asked.set("tri", sort());
    asked.set("elargi", beyond());
    const answer = await send(`${here("creneaux")}?${asked}`, null, { signal: asking.signal });
    if (!answer.ok) throw new Error("away");
    const html = await answer.text();
    const page = document.createElement("template");
    page.innerHTML = html;
    const before = print(document);
    const after = print(page.content);
    const count = Math.max(
      after.filter((one, place) => before[place] !== one).length,
      before.filter((one) => !after.includes(one)).length,
    );
    if (now || !busy() || !before.length) return show(html);
    waiting = count ? html : null;
    if (!count) swapHead(page);
    offer(count);
  } catch (error) {
    if (error.name !== "AbortError") setTimeout(refresh, 4000);
  }
}

function swapHead(page) {
  const head = page.content.getElementById("tete-liste");
  if (head) document.getElementById("tete-liste").replaceWith(head);
}

function show(html) {
  waiting = null;
  fresh.clear();
  const held = list().contains(document.activeElement);
  const pro = document.activeElement?.closest?.(".pro")?.dataset.pro;
  swap(html);
  offer(0);
  mark();
  sift();
  walk();
  if (held) (list().querySelector(`[data-pro="${pro}"] .creneau`) ?? list().querySelector(".creneau"))?.focus();
  for (const work of watchers) work();
}

function offer(count) {
  const shown = button();
  shown.hidden = !count;
  shown.textContent = count ? `${count} ${count > 1 ? words.changements : words.changement}` : "";
}

// A slot that came back or opened since the list was shown: said, not inserted.
export function moved(pro) {
  fresh.add(pro);
  if (!waiting) offer(fresh.size);
}

// The slot that we hold ourselves is never struck out.
let held = null;
export function holding(found) {
  held = found;
  mark();
}
// Said before the answer comes: the stream may be faster than it.
export function reaching(value) {
  const before = held;
  const [pro, type, start, end] = value.split("|");
  held = { pro, key: `${type}@${start}`, start, end };
  return () => {
    held = before;
  };
}
export const ours = (one) => {
  const [pro, , start, end] = one.value.split("|");
  return Boolean(held) && pro === held.pro && start < held.end && end > held.start;
};
function mark() {
  for (const one of document.querySelectorAll("#liste .creneau")) {
    if (ours(one)) unstrike(one);
    one.setAttribute("aria-pressed", String(Boolean(held) && one.dataset.cle === held.key && one.closest(".pro").dataset.pro === held.pro));
  }
}

export function strike(one) {
  if (one.classList.contains("pris")) return;
  one.classList.add("pris");
  one.setAttribute("aria-disabled", "true");
  const why = document.createElement("span");
  why.className = "fini";
  why.textContent = words.pris;
  one.append(" ", why);
  if (one === document.activeElement) say(words.pris);
}
export function unstrike(one) {
  if (!one.classList.contains("pris")) return;
  one.classList.remove("pris");
  one.removeAttribute("aria-disabled");
  one.querySelector(".fini")?.remove();
}

function sift() {
  const typed = filter.value.trim().toLowerCase();
  let left = 0;
  for (const card of cards()) {
    card.hidden = Boolean(typed) && !card.dataset.cherche.includes(typed);
    left += card.hidden ? 0 : 1;
  }
  const none = document.getElementById("rien");
  if (none) none.hidden = !typed || left > 0;
}

// One slot of the list takes the Tab; arrows lead to the others.
function walk(to) {
  const every = cards().filter((card) => !card.hidden).flatMap(slots);
  const here = to ?? every.find((one) => one.tabIndex === 0) ?? every[0];
  for (const one of every) one.tabIndex = one === here ? 0 : -1;
  for (const card of cards()) {
    const current = Boolean(here) && card.contains(here);
    current ? card.setAttribute("aria-current", "true") : card.removeAttribute("aria-current");
    const leave = card.querySelector(".ecarter");
    if (leave) leave.tabIndex = current ? 0 : -1;
  }
}

function keys(event, hold) {
  if (event.ctrlKey || event.metaKey || event.altKey || !list().contains(event.target)) return;
  const card = event.target.closest(".pro");
  if (!card) return;
  if (event.key === "/" && shortcuts()) {
    event.preventDefault();
    filter.focus();
    return;
  }
  const digit = shortcuts() && /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (digit) {
    const one = slots(card)[digit - 1];
    if (one) {
      event.preventDefault();
      walk(one);
      one.focus();
      hold(one.value);
    }
    return;
  }
  const shown = cards().filter((each) => !each.hidden && slots(each).length);
  const mine = slots(card);
  const place = mine.indexOf(event.target.closest(".creneau"));
  const step = {
    ArrowDown: () => slots(shown[shown.indexOf(card) + 1] ?? card)[0],
    ArrowUp: () => slots(shown[shown.indexOf(card) - 1] ?? card)[0],
    ArrowRight: () => mine[place + 1],
    ArrowLeft: () => mine[place - 1],
    Home: () => shown[0] && slots(shown[0])[0],
    End: () => shown.at(-1) && slots(shown.at(-1))[0],
  }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = step();
  if (!next) return;
  walk(next);
  next.focus({ preventScroll: true });
  next.closest(".pro").scrollIntoView({ block: "nearest" });
}

export function start(hold) {
  const section = document.getElementById("resultats");
  section.addEventListener("keydown", (event) => keys(event, hold));
  // The digits of the current card take room: under a finger that presses they wait, or the press would miss its slot.
  let pressing = false;
  const current = (one) => !pressing && one?.matches("#liste .creneau") && walk(one);
  section.addEventListener("pointerdown", () => (pressing = true));
  for (const over of ["pointerup", "pointercancel"])
    document.addEventListener(over, () => setTimeout(() => ((pressing = false), current(document.activeElement))));
  section.addEventListener("focusin", (event) => current(event.target));
  section.addEventListener("click", (event) => {
    if (event.target.closest("#changements")) waiting && !fresh.size ? show(waiting) : refresh({ now: true });
    const step = event.target.closest("[data-plus-large]");
    if (!step || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    wider = step.dataset.plusLarge;
    refresh({ now: true });
  });
  document.addEventListener("submit", (event) => {
    const one = event.submitter;
    if (!event.target.matches(".retenir")) return;
    event.preventDefault();
    if (one?.name === "creneau") {
      if (one.classList.contains("pris")) return say(words.pris);
      hold(one.value);
    } else if (one?.name === "expert") leaveOut(one);
  });
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("change", (event) => event.target.name === "tri" && refresh({ now: true }));
  filter.addEventListener("input", later(80, () => (sift(), walk())));
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Escape") (filter.value = ""), sift(), walk();
    if (event.key === "ArrowDown") {
      event.preventDefault();
      list().querySelector(".creneau[tabindex='0']")?.focus();
    }
  });
  walk();
}

async function leaveOut(one) {
  const card = one.closest(".pro");
  const name = card.querySelector("h3").firstChild.textContent.trim();
  const answer = await send(here("ecarter"), new URLSearchParams({ expert: one.value }), { json: true }).catch(() => null);
  if (!answer?.ok) return say(words.coupe);
  const line = document.createElement("p");
  line.className = "statut";
  line.append(words.ecarte.replace("{}", name), " ");
  const undo = Object.assign(document.createElement("button"), { type: "button", className: "lien", textContent: words.annuler });
  undo.addEventListener("click", async () => {
    await send(here("reproposer"), new URLSearchParams({ expert: one.value }), { json: true }).catch(() => null);
    line.remove();
    refresh({ now: true });
  });
  line.append(undo);
  document.getElementById("pris").replaceChildren(line);
  undo.focus();
  refresh({ now: true });
}
