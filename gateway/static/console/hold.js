// A held slot: its ring, its renewal while the page lives, what to say and how to tell it, and the press that books.
import * as list from "./list.js";
import { here, later, newKey, params, root, say, send, swap, words } from "./send.js";
import { settled } from "./sheet.js";

const BEAT = 30000;
const SECOND_PRESS = 1200;
const HOLD = ["hold_id", "expert_id", "type_id", "starts_at", "ends_at", "modality", "expires_at", "renewable_until"];
const store = `tenu:${root.dataset.appel}`;
const card = () => document.getElementById("confirmer");
let ends = 0;
let value = "";
let busy = false;
let booked = 0;
let pressed = null;

function carried() {
  const out = new URLSearchParams();
  for (const name of HOLD) {
    const field = card()?.elements[name];
    if (field) out.append(name, field.value);
  }
  return out;
}

export async function hold(wanted) {
  if (busy) return;
  busy = true;
  const forget = list.reaching(wanted);
  const body = carried();
  body.append("creneau", wanted);
  body.append("idempotency_key", newKey());
  try {
    await settled();
    const answer = await send(here("retenir"), body);
    const typed = wishes();
    const changed = swap(await answer.text());
    document.getElementById("pris").replaceChildren(...(changed.includes("pris") ? document.getElementById("pris").childNodes : []));
    if (answer.ok) {
      began();
      restore(typed);
      say(document.querySelector(".retenu .quand")?.textContent ?? "");
      const foot = card().querySelector(".pied-carte").getBoundingClientRect(); // on a page that flows it may be far away
      if (foot.top < 0 || foot.bottom > innerHeight) document.getElementById("droite").scrollIntoView();
    } else {
      forget();
      refused(wanted);
    }
  } catch (error) {
    forget();
    if (error.name !== "AbortError") say(words.coupe);
  } finally {
    busy = false;
  }
}

function refused(wanted) {
  const box = document.querySelector("#pris [data-code]");
  if (box?.dataset.code === "level-missing") {
    box.querySelector("p").textContent = words.niveau;
    document.getElementById("pris").scrollIntoView({ block: "nearest" });
    document.getElementById("niveau-manque").hidden = false;
    document.querySelector("#niveau input").focus();
    return;
  }
  if (box?.dataset.code === "slot-taken")
    for (const one of document.querySelectorAll("#liste .creneau")) if (one.value === wanted) list.strike(one);
  document.getElementById("pris").scrollIntoView({ block: "nearest" });
  document.querySelector("#pris .creneau")?.focus();
}

function wishes() {
  const form = card();
  if (!form) return null;
  return params(form);
}

function restore(typed) {
  const form = card();
  if (!typed || !form) return;
  for (const field of form.elements) {
    if (!field.name || HOLD.includes(field.name) || field.type === "hidden") continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = typed.getAll(field.name).includes(field.value);
    else if (typed.has(field.name)) field.value = typed.get(field.name);
  }
  shape();
  if (typed.has("way")) preview();
}

// What the card needs each time it is shown.
export function began() {
  const form = card();
  if (!form) {
    ends = 0;
    value = "";
    list.holding(null);
    remember(null);
    undo();
    return;
  }
  const e = form.elements;
  ends = performance.now() + Number(form.dataset.secondes) * 1000;
  value = [e.expert_id, e.type_id, e.starts_at, e.ends_at, e.modality].map((one) => one.value).join("|");
  list.holding({ pro: e.expert_id.value, key: `${e.type_id.value}@${e.starts_at.value}`, start: e.starts_at.value, end: e.ends_at.value });
  remember(carried());
  shape();
  tick();
}

// In the address for a reload, and on this desk for a way back through another page.
function remember(fields) {
  try {
    fields ? sessionStorage.setItem(store, String(fields)) : sessionStorage.removeItem(store);
  } catch {
    // a forbidden storage: the address is enough
  }
  history.replaceState(null, "", fields ? `?${fields}` : location.pathname.replace(/\/(confirmer|retenir|rendre|garder)$/, ""));
}

function tick() {
  const form = card();
  if (!form || !ends) return;
  const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
  const two = (count) => String(count).padStart(2, "0");
  form.querySelector(".reste").textContent = `${two(Math.floor(left / 60))}:${two(left % 60)}`;
  form.querySelector(".cercle circle + circle").style.strokeDashoffset = String(100 - Math.min(100, left / 3));
  const alarm = form.querySelector(".alarme");
  if (!alarm.dataset.perdu && !alarm.dataset.coupe) alarm.hidden = left > 60;
}

async function keep({ again = false } = {}) {
  const fields = carried();
  try {
    const answer = await send(here("garder"), fields.size ? fields : new URLSearchParams({ present: "oui" }), { json: true });
    const told = await answer.json();
    const form = card();
    if (!form) return;
    if (told.lost) return lost(told.lost);
    if (!told.seconds) return;
    heard();
    ends = performance.now() + told.seconds * 1000;
    for (const [name, one] of Object.entries(told.fields)) form.elements[name].value = one;
    form.dataset.dernier = told.last ? "oui" : "";
    remember(carried());
    if (again && told.last && told.seconds < 240) atEnd(told.seconds);
    tick();
  } catch {
    return; // the ring goes on by itself, and the next beat asks again
  }
}

// Thirty minutes are the most: it is said, and only a press takes the slot again.
function atEnd(seconds) {
  const hour = new Date(Date.now() + seconds * 1000).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Paris" });
  const line = card().querySelector(".alarme");
  line.dataset.perdu = "oui";
  line.hidden = false;
  line.querySelector(".dit").textContent = words.auBout.replace("{}", hour);
  line.querySelector(".garder").textContent = words.reprendre;
}

async function takeAgain() {
  const wanted = value;
  await send(here("rendre"), carried()).catch(() => null);
  await hold(wanted);
}

function lost(text) {
  const alarm = card().querySelector(".alarme");
  alarm.dataset.perdu = "oui";
  alarm.hidden = false;
  alarm.querySelector(".dit").textContent = text;
  alarm.querySelector(".garder").textContent = words.reprendre;
  ends = 0;
  card().querySelector(".reste").textContent = "00:00";
}

function shape() {
  const form = card();
  const way = form.querySelector("[name=way]:checked")?.value ?? "";
  for (const part of form.querySelectorAll(".selon")) part.hidden = !part.dataset.voies.split(" ").includes(way);
  form.querySelector(".conseil").hidden = form.querySelector("[name=read_by_others]:checked")?.value !== "oui";
}

const preview = later(250, async () => {
  const form = card();
  if (!form) return;
  try {
    const answer = await send(here("apercu"), params(form));
    if (answer.ok) swap(await answer.text());
  } catch {
    return; // the texts come with the next change
  }
});

function changed(event) {
  const form = card();
  if (!form?.contains(event.target)) return;
  if (event.target.name === "moments" && event.target.checked)
    for (const one of form.querySelectorAll("[name=moments]"))
      if ((one.value === "none") !== (event.target.value === "none")) one.checked = false;
  shape();
  if (["way", "moments", "from_hour", "to_hour"].includes(event.target.name)) preview();
}

async function submitted(event) {
  const form = event.target;
  if (form.id === "rattraper") return recall(event);
  if (form.action.endsWith("/clore")) return give(form);
  if (form.id !== "confirmer") return;
  event.preventDefault();
  const press = event.submitter;
  if (press?.classList.contains("garder")) return card().querySelector(".alarme").dataset.perdu ? takeAgain() : keep({ again: true });
  const back = press?.classList.contains("rendre");
  form.elements.call_back.value = document.getElementById("call_back")?.value ?? "";
  if (busy) return;
  busy = true;
  press?.setAttribute("aria-disabled", "true");
  try {
    const answer = await send(here(back ? "rendre" : "confirmer"), params(form));
    const texts = document.getElementById("apercu")?.innerHTML;
    swap(await answer.text());
    if (card() && texts) document.getElementById("apercu").innerHTML = texts;
    busy = false;
    began();
    const wrong = document.querySelector("#confirmer [aria-invalid], #confirmer .erreur");
    if (document.querySelector(".fait")) booked = performance.now();
    (wrong?.matches("input,textarea") ? wrong : (wrong?.querySelector?.("input") ?? document.getElementById("droite"))).focus();
    document.querySelector("#confirmer .erreur")?.scrollIntoView({ block: "center" });
    if (back || document.querySelector(".fait")) list.refresh();
  } catch (error) {
    if (error.name !== "AbortError") {
      press?.removeAttribute("aria-disabled");
      alarm(words.coupe);
    }
  } finally {
    busy = false;
  }
}

// A call that is closed gives its slot back.
function give(form) {
  for (const field of form.querySelectorAll("[data-tenu]")) field.remove();
  for (const [name, one] of carried()) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name, value: one });
    field.dataset.tenu = "";
    form.append(field);
  }
}

// The press did not leave: it is said until something is heard again.
function alarm(text) {
  const line = card().querySelector(".alarme");
  line.dataset.coupe ??= line.querySelector(".dit").textContent;
  line.querySelector(".dit").textContent = text;
  line.hidden = false;
  line.scrollIntoView({ block: "center" });
}

function heard() {
  const line = card()?.querySelector(".alarme[data-coupe]");
  if (!line) return;
  line.querySelector(".dit").textContent = line.dataset.coupe;
  delete line.dataset.coupe;
  tick();
}

// Ten seconds to take the message back.
function undo() {
  const form = document.getElementById("rattraper");
  if (!form?.dataset.secondes) return;
  let left = Number(form.dataset.secondes);
  const count = () => {
    if (!form.isConnected) return clearInterval(timer);
    form.querySelector(".reste").textContent = `(${left})`;
    if (left-- <= 0) {
      clearInterval(timer);
      form.remove();
    }
  };
  const timer = setInterval(count, 1000);
  count();
}

async function recall(event) {
  event.preventDefault();
  try {
    swap(await (await send(here("rattraper"), params(event.target))).text());
  } catch {
    say(words.coupe);
  }
}

function found() {
  if (card() || document.querySelector(".fait, .perdu")) return false;
  const kept = new URLSearchParams(sessionStorage.getItem(store) ?? "");
  if (!(Date.parse(kept.get("expires_at")) > Date.now() + 3000)) return false;
  sessionStorage.removeItem(store);
  location.replace(`?${kept}`);
  return true;
}

// Of a double press on Confirmer: it falls on what stands there now, and the code, said once, would go with the page.
function second(event) {
  const still = pressed && event.detail && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < 12;
  if (still && event.target.closest(".fait") && performance.now() - booked < SECOND_PRESS) event.preventDefault();
  pressed = { x: event.clientX, y: event.clientY };
}

export function start() {
  if (found()) return;
  document.addEventListener("change", changed);
  document.addEventListener("submit", submitted);
  document.addEventListener("click", second);
  document.addEventListener("keydown", (event) => {
    // Enter in a field of the card never books.
    if (event.key === "Enter" && event.target.matches("#confirmer input")) event.preventDefault();
  });
  setInterval(tick, 1000);
  setInterval(keep, BEAT);
  addEventListener("online", () => keep());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && keep());
  began();
}
