// The sheet, saved as it is typed: only what was touched; kept on this desk while the network is away, and sent again.
import { combobox } from "./combobox.js";
import * as drafts from "./drafts.js";
import { here, later, say, send, words } from "./send.js";
import * as urgence from "./urgence.js";

const form = document.getElementById("fiche");
const saved = document.getElementById("enregistre");
const cut = document.getElementById("coupure");
const dirty = new Set();
const listeners = [];
let order = [];
let sending = false;
let saving = Promise.resolve();
let wait = 0;

export const onSaved = (work) => listeners.push(work);

const nameOf = (field) => (field.name.startsWith("prompts.") ? "prompts" : field.name);
const OURS = new Set(["csrf_token", "idempotency_key", "changed", ""]);

function values(name) {
  if (name === "prompts") return [...form.querySelectorAll("[name^='prompts.']")].map((one) => [one.name, one.value]);
  const fields = [...form.querySelectorAll(`[name="${name}"]`)];
  const chosen = fields.filter((one) => (one.type === "radio" || one.type === "checkbox" ? one.checked : true));
  const given = name === "modalities" ? order : chosen.map((one) => one.value);
  return given.map((value) => [name, value]);
}

function body(names) {
  const out = new URLSearchParams();
  for (const name of names) {
    out.append("changed", name);
    for (const [field, value] of values(name)) out.append(field, value);
  }
  return out;
}

function keep(names) {
  names.length ? drafts.keep(names.map((name) => [name, values(name)])) : drafts.forget();
}

function away(text) {
  cut.querySelector("span").textContent = text;
  cut.hidden = !text;
}

async function save() {
  if (sending || !dirty.size) return;
  const names = [...dirty];
  dirty.clear();
  sending = true;
  keep(names);
  try {
    const answer = await send(here("fiche"), body(names), { json: true });
    const told = await answer.json();
    if (answer.status === 403 && told.code === "foreign-form" && anew()) return;
    if (answer.status >= 500 || answer.status === 403 || answer.status === 429) throw new Error("away");
    if (answer.ok) {
      if (wait) say(words.revenu);
      wait = 0;
      away("");
      for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
    } else {
      away(told.sentence ?? words.coupe);
      for (const name of Object.keys(told.fields ?? {})) form.querySelector(`[name="${name}"]`)?.setAttribute("aria-invalid", "true");
    }
    keep([...dirty]);
    if (told.saved) {
      saved.textContent = told.saved;
      ask(told.asks);
      for (const work of listeners) work(told, names);
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    for (const name of names) dirty.add(name);
    keep([...dirty]);
    saved.textContent = words.brouillon;
    away(words.coupe);
    wait = Math.min(15000, (wait || 1000) * 2);
    setTimeout(save, wait);
    return;
  } finally {
    sending = false;
  }
  if (dirty.size) await save();
}

// What was typed an instant ago is sent before what follows from it.
export function settled() {
  saving = Promise.all([saving, save()]);
  return saving;
}

// The session has changed in another window: a fresh page takes up what is kept here; once, not in circles.
function anew() {
  const last = Number(sessionStorage.getItem("relu") ?? 0);
  if (Date.now() - last < 20000) return false;
  sessionStorage.setItem("relu", String(Date.now()));
  location.reload();
  return true;
}

function ask(asks) {
  for (const part of document.querySelectorAll("[data-demande]")) {
    const wanted = asks.includes(part.dataset.demande);
    if (wanted && part.hidden) {
      part.hidden = false;
      if (part.id === "numero") document.getElementById("gauche").scrollTo({ top: 0 });
    } else if (!wanted) part.hidden = true;
  }
}

const soon = later(120, settled);
const afterTyping = later(500, settled);

function touched(event) {
  const field = event.target;
  if (OURS.has(field.name ?? "")) return;
  if (field.name === "modalities") rank(field);
  if (field.name === "department") elsewhere(field.value);
  if (field.name === "level") {
    document.getElementById("niveau-manque").hidden = true;
    document.querySelector("#pris [data-code='level-missing']")?.remove();
  }
  dirty.add(nameOf(field));
  keep([...dirty]);
  event.type === "input" ? afterTyping() : soon();
  if (event.type === "change" && field.name === "level" && field.value === "5" && field.checked) urgence.open();
}

function rank(field) {
  order = order.filter((value) => value !== field.value);
  if (field.checked) order.push(field.value);
  number();
}

function number() {
  for (const one of form.querySelectorAll("[name=modalities]")) {
    const place = order.indexOf(one.value) + 1;
    if (place && order.length > 1) one.parentElement.dataset.rang = place;
    else delete one.parentElement.dataset.rang;
  }
}

function elsewhere(code) {
  const box = form.querySelector("[name=not_departments]");
  const none = !code || code === "unknown";
  box.closest("label").hidden = none;
  if (box.checked) dirty.add("not_departments");
  box.checked = false;
  box.value = none ? "" : code;
}

// A pressed radio can be lifted again: not asked is an answer too.
let was = null;
form.addEventListener("pointerdown", (event) => {
  const radio = event.target.closest("input[type=radio]");
  was = radio?.checked ? radio : null;
});
form.addEventListener("click", (event) => {
  if (event.target !== was) return;
  was = null;
  event.target.checked = false;
  event.target.dispatchEvent(new Event("change", { bubbles: true }));
});

async function restore() {
  for (const [name, given] of await drafts.kept()) {
    if (dirty.has(name)) continue; // typed again meanwhile
    const chosen = given.map(([, value]) => value);
    if (name === "modalities") order = chosen;
    for (const field of form.querySelectorAll(name === "prompts" ? "[name^='prompts.']" : `[name="${name}"]`)) {
      if (field.type === "radio" || field.type === "checkbox") field.checked = chosen.includes(field.value);
      else field.value = (name === "prompts" ? given.find(([one]) => one === field.name)?.[1] : chosen[0]) ?? "";
      field.dispatchEvent(new Event("veille:montrer"));
    }
    dirty.add(name);
  }
  if (dirty.size) {
    number();
    save();
  }
}

export function start() {
  order = [...form.querySelectorAll("[name=modalities]:checked")]
    .sort((one, other) => (one.dataset.rang ?? 9) - (other.dataset.rang ?? 9))
    .map((one) => one.value);
  number();
  form.querySelectorAll("[data-choix]").forEach(combobox);
  form.addEventListener("input", (event) => event.target.matches("input:not([type=radio],[type=checkbox]),textarea") && touched(event));
  form.addEventListener("change", touched);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  addEventListener("online", () => save());
  addEventListener("pagehide", () => {
    if (!dirty.size || sending) return;
    send(here("fiche"), body([...dirty]), { json: true, keepalive: true }).catch(() => {});
  });
  document.getElementById("clore")?.addEventListener("submit", drafts.forget);
  callBack();
  restore();
}

// The number for a cut call goes to the vault of contacts, never with the sheet.
function callBack() {
  const line = document.getElementById("numero");
  const field = document.getElementById("call_back");
  const told = document.getElementById("numero-dit");
  let kept = "";
  async function keepNumber(event) {
    event?.preventDefault();
    if (field.value.trim() === kept) return;
    const typed = field.value.trim();
    try {
      const answer = await send(here("numero"), new URLSearchParams({ call_back: typed }), { json: true });
      const said = await answer.json();
      told.textContent = said.said ?? said.sentence ?? "";
      field.toggleAttribute("aria-invalid", !answer.ok);
      if (answer.ok) kept = typed;
    } catch {
      told.textContent = words.coupe;
    }
  }
  line.addEventListener("submit", keepNumber);
  field.addEventListener("change", keepNumber);
}
