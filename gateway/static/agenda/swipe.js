// On a phone a sideways stroke over the list or the day shows what is before or after; a slanted or short one does nothing.
import { root } from "./say.js";

const FAR = 70;
const QUICK = 400; // ms: who stays longer on the grid draws or drags (grid.js, longPressDelay)

const places = () => (root.dataset.montre === "jour" ? "#liste, #barre, #cal" : "#liste, #barre");

export function swiping(go) {
  let from = null;
  document.addEventListener(
    "touchstart",
    (event) => {
      const one = event.touches.length === 1 && event.target.closest(places()) ? event.touches[0] : null;
      from = one && { x: one.clientX, y: one.clientY, quick: event.target.closest("#cal") ? event.timeStamp + QUICK : Infinity };
    },
    { passive: true },
  );
  document.addEventListener(
    "touchend",
    (event) => {
      if (!from) return;
      const { clientX, clientY } = event.changedTouches[0];
      const [across, down] = [clientX - from.x, clientY - from.y];
      const late = event.timeStamp > from.quick;
      from = null;
      if (late || Math.abs(across) < FAR || Math.abs(across) < 2 * Math.abs(down)) return;
      go(document.getElementById(across < 0 ? "apres" : "avant").href);
    },
    { passive: true },
  );
}
