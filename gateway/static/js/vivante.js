// A list that stays true by itself. Rows never move under a pointer, a focus or an open form: then « 3 changements »
// is a button, and the list is as it was until it is pressed.
const PAUSE = 400;
const EVERY = 15000;
const bar = document.querySelector(".vivante-barre");
const button = bar?.querySelector("button");
const line = bar?.querySelector("[role=status]");
let fresh = null;
let later = 0;
let asked = 0;

const shown = () => document.getElementById("liste");
const rows = (list) => new Map([...list.querySelectorAll("[data-cle]")].map((one) => [one.dataset.cle, one.dataset.etat]));
const busy = (list) => list.matches(":hover") || list.contains(document.activeElement) || list.querySelector("details[open]");
const said = (count) => bar.dataset[count === 1 ? "un" : "plusieurs"].replace("#", count);

// How many rows came, went or changed.
function moved(before, after) {
  let count = 0;
  for (const [key, state] of after) if (before.get(key) !== state) count += 1;
  for (const key of before.keys()) if (!after.has(key)) count += 1;
  return count;
}

function show() {
  const inside = shown().contains(document.activeElement);
  shown().replaceWith(fresh);
  fresh = null;
  button.hidden = true;
  if (inside || document.activeElement === document.body) bar.focus({ preventScroll: true });
}

async function again() {
  clearTimeout(later);
  later = setTimeout(again, EVERY);
  if (document.visibilityState === "hidden") return;
  const turn = ++asked;
  try {
    const answer = await fetch(location.href, { headers: { "HX-Request": "true", "X-Automatic": "oui" } });
    if (answer.status === 401) return location.reload();
    if (!answer.ok || turn !== asked) return;
    const page = document.createElement("template");
    page.innerHTML = await answer.text();
    const found = page.content.getElementById("liste");
    if (!found) return;
    const count = moved(rows(shown()), rows(found));
    fresh = found;
    if (!busy(shown())) {
      show();
      if (count) line.textContent = said(count);
    } else if (count) {
      button.textContent = said(count);
      button.hidden = false;
      line.textContent = said(count);
    }
  } catch {
    // The next beat asks again; what stands on the page stays.
  }
}

if (bar && shown()) {
  const source = new EventSource("/mouvements/flux");
  source.addEventListener("mouvement", () => {
    clearTimeout(later);
    later = setTimeout(again, PAUSE);
  });
  button.addEventListener("click", () => {
    if (fresh) show();
    bar.focus({ preventScroll: true });
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
  later = setTimeout(again, EVERY);
}
