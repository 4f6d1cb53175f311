// Urgent action: Alt+U from anywhere, one press, every attempt shown, and the number in large when it must be dialled.
import { later, newKey, params, send } from "./send.js";

const dialog = document.getElementById("urgence");
const body = document.getElementById("urgence-corps");
const failed = document.getElementById("urgence-echec");
const SHOW_NUMBER = 30000;
const SILENT = 10000; // ms: the first ring should have gone by then; a network may keep a request without a word
const OVER = ["closed", "called_back"];
let action = "";
let asking = 0;

export function open() {
  if (!dialog || dialog.open) return;
  const form = document.getElementById("urgence-demande");
  if (form) {
    const given = {
      number: document.getElementById("call_back")?.value,
      first_name: document.getElementById("f-first_name")?.value,
      department: document.querySelector("#fiche [name=department]")?.value,
    };
    for (const [name, value] of Object.entries(given)) if (value && value !== "unknown" && !form.elements[name].value) form.elements[name].value = value;
    rescue(form.elements.department?.value);
  }
  dialog.showModal();
  (form?.querySelector(".urg") ?? body).focus();
}

function number() {
  failed.hidden = false;
  failed.querySelector("a")?.focus();
}

// Whose line to dial; when nobody answers, « Composez le 15 » stands there already.
async function rescue(department) {
  const code = (department ?? "").trim();
  if (!code) return;
  try {
    const answer = await send(`/urgence/secours?departement=${encodeURIComponent(code)}`);
    const parsed = document.createElement("template");
    parsed.innerHTML = answer.ok ? await answer.text() : "";
    const line = parsed.content.getElementById("secours-ici");
    const form = document.getElementById("urgence-demande");
    if (line && form) form.querySelector("#secours-ici")?.replaceWith(line);
  } catch {
    // the sentence that is there is right without us
  }
}

async function alert(form) {
  const sent = params(form);
  form.querySelector(".urg").setAttribute("aria-disabled", "true");
  const silent = setTimeout(number, SILENT);
  let answer;
  try {
    answer = await send("/urgence", sent);
  } catch {
    return number();
  } finally {
    clearTimeout(silent);
  }
  if (!answer.ok) return number();
  show(await answer.text());
  setTimeout(() => large(), SHOW_NUMBER);
}

function large() {
  const part = document.querySelector("#suivi .numero-geant");
  if (document.getElementById("suivi")?.dataset.cherche && part) part.hidden = false;
}

function show(html) {
  const had = document.querySelector("#suivi .numero-geant:not([hidden])");
  const page = document.createElement("template");
  page.innerHTML = html;
  const part = page.content.getElementById("suivi");
  if (!part) return;
  const before = document.getElementById("suivi");
  if (!before) {
    body.replaceChildren(...page.content.children);
    (body.querySelector("#u-place") ?? body.querySelector("[data-revenir]") ?? part).focus();
    failed.hidden = true;
    return watch(part.dataset);
  }
  for (const name of [".relais", ".essais details"]) {
    const [was, is] = [before, part].map((each) => each.querySelector(name));
    if (was?.open && is) is.open = true;
  }
  const same = before.dataset.etat === part.dataset.etat && before.querySelector(".essais").innerHTML === part.querySelector(".essais").innerHTML;
  if (same && !part.querySelector(".erreur")) {
    if (!part.querySelector(".numero-geant").hidden) large();
    return watch(part.dataset);
  }
  if (had && part.dataset.cherche) part.querySelector(".numero-geant").hidden = false;
  const focused = before.contains(document.activeElement);
  before.replaceWith(part);
  if (focused) (part.querySelector("[data-revenir]") ?? part).focus();
  if (failed) failed.hidden = true;
  watch(part.dataset);
}

function watch({ action: id, etat, cherche }) {
  action = id;
  for (const link of document.querySelectorAll("[data-urgence]")) link.href = `/urgence/${id}`;
  if (OVER.includes(etat) || etat === "ended") document.getElementById("urgence-savoir")?.remove();
  clearTimeout(asking);
  if (!OVER.includes(etat)) asking = setTimeout(ask, cherche ? 1500 : 6000);
}

async function ask() {
  try {
    const answer = await send(`/urgence/${action}`);
    if (answer.ok) return show(await answer.text());
  } catch {
    large(); // nothing is known any more: the number
  }
  asking = setTimeout(ask, 2000);
}

// What is being typed is kept as it comes; what cannot be kept now is tried again, and stays on the screen.
const keep = later(500, async () => {
  const form = document.getElementById("urgence-savoir");
  if (!form) return;
  const sent = params(form);
  sent.set("idempotency_key", newKey());
  try {
    const answer = await send(form.action, sent);
    const parsed = document.createElement("template");
    parsed.innerHTML = answer.ok ? await answer.text() : "";
    const words = parsed.content.getElementById("a-dire");
    if (words) document.getElementById("a-dire")?.replaceWith(words);
    else setTimeout(keep, 2000);
  } catch {
    setTimeout(keep, 2000);
  }
});

document.addEventListener("input", (event) => {
  if (event.target.closest("#urgence-savoir")) keep();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("#urgence-demande [name=department]")) rescue(event.target.value);
});

async function gesture(form, submitter) {
  const sent = params(form, submitter);
  sent.set("idempotency_key", newKey());
  try {
    const answer = await send(form.action, sent);
    const text = await answer.text();
    if (answer.ok) show(text);
  } catch {
    large();
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "urgence-savoir") {
    event.preventDefault();
    keep();
  } else if (form.closest("#suivi")) {
    event.preventDefault();
    gesture(form, event.submitter);
  }
});

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyU") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-urgence]")) {
      event.preventDefault();
      open();
    } else if (event.target.closest("#urgence [data-revenir]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("submit", (event) => {
    if (event.target.id !== "urgence-demande") return;
    event.preventDefault();
    alert(event.target);
  });
}

// On its own page the follow-up is alive too.
const page = document.querySelector("main #suivi");
if (page?.dataset.action) watch(page.dataset);
