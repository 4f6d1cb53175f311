// The shortcuts: shown on demand, and switched off on this desk for whoever wants; Alt+U alone stays.
import { root, say, send, words } from "./send.js";

// Said aloud; wider than the experts. What leads to another page only opens it.
const PRESSED = { KeyD: "#avis button", KeyE: "[data-plus-large]:not([data-plus-large='0'])", KeyS: "[data-elargir]" };
let active = root?.dataset.raccourcis !== "non";

export const on = () => active;

export function start() {
  const dialog = document.getElementById("raccourcis");
  const box = document.getElementById("raccourcis-actifs");
  box.checked = active;
  box.addEventListener("change", () => {
    active = box.checked;
    send("/poste/raccourcis", new URLSearchParams({ actifs: active ? "oui" : "non" }), { json: true }).catch(() => say(words.coupe));
  });
  document.addEventListener("click", (event) => event.target.closest("[data-raccourcis-aide]") && dialog.showModal());
  document.addEventListener("keydown", (event) => {
    if (!active || !event.altKey || event.ctrlKey || event.metaKey || !PRESSED[event.code]) return;
    const pressed = document.querySelector(PRESSED[event.code]);
    if (!pressed) return;
    event.preventDefault();
    pressed.click();
  });
}
