// A pressed button says that it is at work, and a form on its way is not sent twice: for slow networks. Forms that a
// page's own script answers are left to it.
const WAIT = 400; // ms: a quick answer changes nothing on the screen
const AGAIN = 12_000; // a download leaves the page as it is, an answer that never comes may be asked again
const FROM = "formulaire";
const going = new Map();

// A form that came back to be put right stands under the address that it was sent to: « Recharger » and « Précédent »
// lead to the page where it was, instead of the browser's question whether to send it again.
const came = sessionStorage.getItem(FROM);
sessionStorage.removeItem(FROM);
if (came && performance.getEntriesByType("navigation")[0]?.responseStatus >= 400) history.replaceState(history.state, "", came);

const release = (form) => {
  const held = going.get(form);
  if (!held) return;
  going.delete(form);
  clearTimeout(held.soon);
  clearTimeout(held.later);
  if (!held.button) return;
  held.button.removeAttribute("aria-busy");
  held.button.style.minWidth = "";
  if (held.label) held.button.replaceChildren(...held.label);
};

const say = (held) => {
  const { button } = held;
  if (!button?.isConnected || button.getAttribute("aria-label") || button.matches(".creneau, .cr, .puce *")) return;
  button.style.minWidth = `${button.offsetWidth}px`;
  held.label = [...button.childNodes];
  button.replaceChildren(Object.assign(document.createElement("span"), { textContent: document.body.dataset.instant, ariaLive: "polite" }));
};

addEventListener(
  "submit",
  (event) => {
    if (!going.has(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (event.defaultPrevented || form.getAttribute("method") === "dialog" || form.getAttribute("target") || button?.formTarget) return;
  const held = { button };
  going.set(form, held);
  if (form.method === "post" && !form.matches(".quitter")) sessionStorage.setItem(FROM, location.pathname + location.search);
  button?.setAttribute("aria-busy", "true");
  held.soon = setTimeout(say, WAIT, held);
  held.later = setTimeout(release, AGAIN, form);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of [...going.keys()]) release(form);
});
