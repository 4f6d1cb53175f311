// Urgent action: Alt+U from anywhere, one press, every attempt shown, and the number in large when it must be dialled.
import { newKey, params, send } from "./send.js";

const dialog = document.getElementById("urgence");
const body = document.getElementById("urgence-corps");
const failed = document.getElementById("urgence-echec");
const SHOW_NUMBER = 30000;
let action = "";
let asking = 0;

export function open() {
  if (!dialog || dialog.open) return;
  const form = document.getElementById("urgence-demande");
  if (form) {
    const given = { number: document.getElementById("call_back")?.value, first_name: document.getElementById("f-first_name")?.value };
    for (const [name, value] of Object.entries(given)) if (value && !form.elements[name].value) form.elements[name].value = value;
  }
  dialog.showModal();
  (form?.querySelector(".urg") ?? body).focus();
}

function number() {
  failed.hidden = false;
  failed.querySelector("a")?.focus();
}

async function alert(form) {
  const sent = params(form);
  form.querySelector(".urg").setAttribute("aria-disabled", "true");
  let answer;
  try {
    answer = await send("/urgence", sent);
  } catch {
    return number();
  }
  if (!answer.ok) return number();
  show(await answer.text());
  setTimeout(() => large(), SHOW_NUMBER);
}

function large() {
  const part = body.querySelector(".numero-geant");
  if (body.querySelector("#suivi")?.dataset.etat === "triggered" && part) part.hidden = false;
}

function show(html) {
  const had = body.querySelector(".numero-geant:not([hidden])");
  const page = document.createElement("template");
  page.innerHTML = html;
  const part = page.content.getElementById("suivi");
  if (!part) return;
  const before = document.getElementById("suivi");
  if (before && before.dataset.etat === part.dataset.etat && before.querySelector(".essais").innerHTML === part.querySelector(".essais").innerHTML) {
    if (!part.querySelector(".numero-geant").hidden) large();
    return watch(part.dataset);
  }
  if (had && part.dataset.etat === "triggered") part.querySelector(".numero-geant").hidden = false;
  const focused = before?.contains(document.activeElement);
  before ? before.replaceWith(part) : body.replaceChildren(part);
  if (focused || !before) (part.querySelector("[data-revenir]") ?? part).focus();
  failed.hidden = true;
  watch(part.dataset);
}

function watch({ action: id, etat }) {
  action = id;
  for (const link of document.querySelectorAll("[data-urgence]")) link.href = `/urgence/${id}`;
  clearTimeout(asking);
  if (etat === "triggered" || etat === "acknowledged") asking = setTimeout(ask, etat === "triggered" ? 1500 : 6000);
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
  dialog.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    if (form.id === "urgence-demande") return alert(form);
    const sent = params(form);
    sent.set("idempotency_key", newKey());
    try {
      const answer = await send(form.action, sent);
      if (answer.ok) show(await answer.text());
    } catch {
      large();
    }
  });
}

// On its own page the follow-up is alive too.
const page = document.querySelector("main #suivi");
if (page?.dataset.action) {
  const place = page.parentElement;
  const again = async () => {
    const answer = await send(location.pathname).catch(() => null);
    const parsed = document.createElement("template");
    parsed.innerHTML = answer?.ok ? await answer.text() : "";
    const part = parsed.content.getElementById("suivi");
    const shown = place.querySelector("#suivi");
    if (part && shown && part.textContent !== shown.textContent) shown.replaceWith(part);
    if (["triggered", "acknowledged"].includes((part ?? shown).dataset.etat)) setTimeout(again, 2000);
  };
  setTimeout(again, 1500);
}
