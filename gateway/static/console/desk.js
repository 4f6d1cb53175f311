// The desk between two calls: what waits there is read again when something moves, never under a pointer or a focus.
const desk = document.getElementById("bureau");
const floor = document.getElementById("plateau");
const root = desk ?? floor;
const [part, address] = desk ? ["file", "/appels/file"] : ["postes", "/plateau/maintenant"];
const EVERY = 15000;
let later = 0;
let asked = 0;

function away(text) {
  let line = document.getElementById("pas-a-jour");
  if (!text) return line?.remove();
  if (line) return;
  line = Object.assign(document.createElement("p"), { id: "pas-a-jour", className: "statut brique tout-large", textContent: text });
  line.setAttribute("role", "status");
  document.getElementById(part).before(line);
}

async function again() {
  clearTimeout(later);
  const shown = document.getElementById(part);
  if (shown.matches(":hover") || shown.contains(document.activeElement)) {
    later = setTimeout(again, 1500);
    return;
  }
  const turn = ++asked;
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true", "X-Automatic": "oui" } });
    if (answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error("away");
    const page = document.createElement("template");
    page.innerHTML = await answer.text();
    const fresh = page.content.getElementById(part);
    if (turn !== asked || !fresh) return;
    if (fresh.textContent !== shown.textContent) shown.replaceWith(fresh);
    away("");
  } catch {
    away(root.dataset.attente);
  }
  later = setTimeout(again, EVERY);
}

if (desk) {
  const source = new EventSource("/appels/flux");
  source.addEventListener("poste", again);
  source.addEventListener("error", () => (later = setTimeout(again, EVERY)));
  addEventListener("pagehide", () => source.close());
} else later = setTimeout(again, EVERY);
addEventListener("pageshow", (event) => event.persisted && location.reload());
