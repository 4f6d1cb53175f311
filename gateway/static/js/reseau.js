// The network goes: say so, keep what was pressed, and press it again when the network is back.
const line = document.querySelector("[data-reseau]");
let waiting = null;

const show = (away) => {
  if (line) line.hidden = !away;
};

document.addEventListener("submit", (event) => {
  if (!line || navigator.onLine || event.defaultPrevented || event.target.matches(".quitter")) return;
  event.preventDefault();
  waiting = [event.target, event.submitter];
  show(true);
});
addEventListener("offline", () => show(true));
addEventListener("online", () => {
  show(false);
  const [form, button] = waiting ?? [];
  waiting = null;
  form?.requestSubmit(button);
});
show(!navigator.onLine);
