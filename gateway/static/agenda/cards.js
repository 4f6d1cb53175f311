// The cards: each is a page of its own, shown here in one dialog; closing gives the focus back where it was.
import { root, say } from "./say.js";
import { fragment, newKey, send } from "./send.js";

const dialog = document.getElementById("fiche");
const body = document.getElementById("fiche-corps");
let shown = "";
let asked = 0;
let from = null;

const place = (element) =>
  element?.closest("[data-evenement]")
    ? `[data-evenement="${element.closest("[data-evenement]").dataset.evenement}"]`
    : element?.id && `#${CSS.escape(element.id)}`;

export const focusAgain = (selector) => {
  const found = selector && document.querySelector(selector);
  (found && found.checkVisibility() ? found : document.getElementById("titre")).focus();
};

export async function openCard(url, origin = document.activeElement) {
  const turn = ++asked;
  const card = await fragment(url);
  if (turn !== asked) return;
  if (!card) return say(root.dataset.panne, { tone: "brique" });
  shown = url;
  body.replaceChildren(...card.childNodes);
  if (!dialog.open) {
    from = place(origin);
    dialog.showModal();
  }
  body.querySelector("#fiche-t")?.focus();
}

dialog.addEventListener("close", () => {
  asked += 1;
  body.replaceChildren();
  const selector = from;
  from = null;
  focusAgain(selector);
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

// A refusal stays where it was pressed; when the hour changed under our hands the card is read again first.
async function refuse(form, told) {
  if (!dialog.contains(form)) return say(told.said, { tone: "brique" });
  if ([404, 409, 410, 412].includes(told.status)) await openCard(shown);
  const line = body.querySelector("[data-refus]");
  if (!line || !dialog.open) return say(told.said, { tone: "brique" });
  line.querySelector("span").textContent = told.said;
  line.hidden = false;
}

function ask(form, html) {
  const preview = form.querySelector("[data-apercu]");
  preview.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  const button = form.querySelector("[data-confirmer]");
  button.textContent = button.dataset.confirmer;
  button.focus();
}

export function answered(told, refresh) {
  const undo = told.undo && (async () => {
    const back = await send(told.undo.action, told.undo.fields);
    say(back.said, { tone: back.ok ? "" : "brique" });
    refresh();
    document.getElementById("titre").focus();
  });
  say(told.said, { undo });
  refresh();
}

export function listen(refresh) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-fiche]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    openCard(link.getAttribute("href"), link);
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (!form?.querySelector("[data-apercu] [name=confirme]") || event.target.closest("[data-apercu]")) return;
    form.querySelector("[data-apercu]").replaceChildren(); // other days: ask again whom they touch
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-geste]")) return;
    event.preventDefault();
    if (form.dataset.parti) return; // pressed twice: the first press is on its way
    form.dataset.parti = "oui";
    const told = await send(form.getAttribute("action"), new FormData(form, event.submitter));
    delete form.dataset.parti;
    if (told.status && form.elements.idempotency_key) form.elements.idempotency_key.value = newKey();
    if (!told.ok) return refuse(form, told);
    if (told.ask) return ask(form, told.ask);
    if (dialog.contains(form)) dialog.close();
    answered(told, refresh);
  });
}
