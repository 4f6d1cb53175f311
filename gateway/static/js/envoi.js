// A pressed button says that it is at work, and a form on its way is not sent twice: for slow networks. Forms that a
// page's own script answers are left to it.
const WAIT = 400; // ms: a quick answer changes nothing on the screen
const AGAIN = 12_000; // a download leaves the page as it is, an answer that never comes may be asked again
const going = new Map();

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
  button?.setAttribute("aria-busy", "true");
  held.soon = setTimeout(say, WAIT, held);
  held.later = setTimeout(release, AGAIN, form);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of [...going.keys()]) release(form);
});
