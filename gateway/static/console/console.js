// One call on the screen: the sheet, the list, the stream, the held slot, and the time that passes.
import * as hold from "./hold.js";
import * as list from "./list.js";
import { connect } from "./live.js";
import { root } from "./send.js";
import * as sheet from "./sheet.js";

const ahead = Date.parse(root.dataset.maintenant) - Date.now();
const duration = document.querySelector(".duree");
const began = Date.parse(duration.dataset.depuis);

function clock() {
  const seconds = Math.max(0, Math.floor((Date.now() + ahead - began) / 1000));
  const two = (count) => String(count).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  duration.textContent = `${hours ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

document.documentElement.classList.add("vivant");
sheet.onSaved((told) => told.list && list.refresh());
sheet.start();
list.start(hold.hold);
hold.start();
list.onShown(connect);
connect();
if (document.getElementById("clore")) setInterval(clock, 1000);
