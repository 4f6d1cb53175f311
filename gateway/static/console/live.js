// The open stream: a slot taken elsewhere is struck out where it stands; nothing else is asked for.
import { cards, moved, ours, slots, strike, unstrike } from "./list.js";
import { here, root, words } from "./send.js";

const line = document.getElementById("direct");
let source = null;
let shown = "";
const known = new Map();

function told(text, away = false) {
  line.className = `direct ${away ? "absent" : "vu"}`;
  if (line.lastElementChild.textContent !== text) line.lastElementChild.textContent = text;
}

function libres({ expert, slots: free, until }) {
  const now = new Set(free);
  const limit = until ? Date.parse(until) : Infinity;
  for (const card of cards().filter((one) => one.dataset.pro === expert))
    for (const one of slots(card)) {
      const start = Date.parse(one.dataset.cle.split("@")[1]);
      if (now.has(one.dataset.cle)) unstrike(one);
      else if (start <= limit && !ours(one)) strike(one);
    }
  const before = known.get(expert);
  known.set(expert, now);
  const struck = cards().some((card) => card.dataset.pro === expert && card.querySelector(".pris"));
  if (before && !struck && free.some((key) => !before.has(key)) && until === null) moved(expert);
}

// What waits at the desk, said once when it changes.
function desk({ words: said, count }) {
  const link = document.getElementById("poste").firstElementChild;
  link.hidden = !count;
  const text = count ? `${words.afaire}${said}${count > 1 ? ` (${count})` : ""}` : "";
  if (link.textContent !== text) link.textContent = text;
}

export function connect() {
  const experts = [...new Set(cards().map((card) => card.dataset.pro))];
  const modes = (document.getElementById("liste")?.dataset.modes ?? "").split(" ").filter(Boolean);
  const own = root.dataset.aMoi ? [["a_moi", "oui"]] : [];
  const asked = new URLSearchParams([...own, ...experts.map((one) => ["pro", one]), ...modes.map((one) => ["mode", one])]).toString();
  if (source && asked === shown && source.readyState !== EventSource.CLOSED) return;
  shown = asked;
  known.clear();
  source?.close();
  source = new EventSource(`${here("flux")}?${asked}`);
  source.addEventListener("libres", (event) => libres(JSON.parse(event.data)));
  source.addEventListener("battement", () => told(words.aJour));
  source.addEventListener("appel", () => (document.getElementById("mouvement").hidden = false));
  source.addEventListener("poste", (event) => desk(JSON.parse(event.data)));
  source.addEventListener("absent", () => told(words.attente, true));
  source.addEventListener("error", () => {
    told(words.attente, true);
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  });
}

if (root) addEventListener("pagehide", () => source?.close());
