// One call on the screen: the sheet, the list, the stream, the held slot, and the time that passes.
import * as hold from "./hold.js";
import * as list from "./list.js";
import { connect } from "./live.js";
import * as notes from "./notes.js";
import { here, params, root, send } from "./send.js";
import * as sheet from "./sheet.js";
import * as shortcuts from "./shortcuts.js";

const ahead = Date.parse(root.dataset.maintenant) - Date.now();
const duration = document.querySelector(".duree");
const began = Date.parse(duration.dataset.depuis);

function clock() {
  const seconds = Math.max(0, Math.floor((Date.now() + ahead - began) / 1000));
  const two = (count) => String(count).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  duration.textContent = `${hours ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

// « Dite »: said without leaving what is being typed.
document.getElementById("avis")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  try {
    const answer = await send(here("avis"), params(form), { json: true });
    if (answer.ok) form.remove();
  } catch {
    form.submit();
  }
});

// The other gestes fold again when one looks elsewhere.
document.addEventListener("click", (event) => {
  const open = document.querySelector(".gestes[open]");
  if (open && !open.contains(event.target)) open.open = false;
});
document.addEventListener("keydown", (event) => {
  const open = document.querySelector(".gestes[open]");
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

document.documentElement.classList.add("vivant");
sheet.onSaved((told) => told.list && list.refresh());
sheet.start();
list.start(hold.hold);
hold.start();
notes.start();
shortcuts.start();
list.onShown(connect);
connect();
if (document.getElementById("clore")) setInterval(clock, 1000);
