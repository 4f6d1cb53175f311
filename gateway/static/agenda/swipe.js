// On a phone a sideways stroke over the list shows the days before or after; a slanted or short one does nothing.
const FAR = 70;

export function swiping(go) {
  let from = null;
  document.addEventListener(
    "touchstart",
    (event) => {
      const one = event.touches.length === 1 && event.target.closest("#liste, #barre") ? event.touches[0] : null;
      from = one && { x: one.clientX, y: one.clientY };
    },
    { passive: true },
  );
  document.addEventListener(
    "touchend",
    (event) => {
      if (!from) return;
      const { clientX, clientY } = event.changedTouches[0];
      const [across, down] = [clientX - from.x, clientY - from.y];
      from = null;
      if (Math.abs(across) < FAR || Math.abs(across) < 2 * Math.abs(down)) return;
      go(document.getElementById(across < 0 ? "apres" : "avant").href);
    },
    { passive: true },
  );
}
