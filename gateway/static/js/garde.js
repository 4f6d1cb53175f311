// A desk that locked itself while something was typed: what was sent then did not arrive. It waits in this tab until
// the desk is open again and comes back into its form; nothing is sent by itself. Elsewhere it is forgotten at once.
const KEPT = "garde";
const DOORS = ["/verrou", "/connexion/code"];
const NEVER = ["csrf_token", "idempotency_key"];

const secret = (form, name) => [...form.querySelectorAll("input[type=password]")].some((one) => one.name === name);

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || !document.body.classList.contains("desk")) return;
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NEVER.includes(name) && !secret(form, name));
  sessionStorage.setItem(KEPT, JSON.stringify({ page: location.pathname + location.search, action: form.getAttribute("action"), fields }));
});

function put(form, name, values) {
  for (const one of form.elements) {
    if (one.name !== name || one.type === "hidden" || one.tagName === "BUTTON") continue;
    if (one.type === "radio" || one.type === "checkbox") one.checked = values.includes(one.value);
    else if (values.length) one.value = values.shift();
  }
}

function back(kept) {
  const form = [...document.forms].find((one) => one.getAttribute("action") === kept.action);
  if (!form) return;
  const said = new Map();
  for (const [name, value] of kept.fields) said.set(name, [...(said.get(name) ?? []), value]);
  for (const name of new Set([...form.elements].map((one) => one.name).filter(Boolean))) put(form, name, said.get(name) ?? []);
  form.closest("details")?.setAttribute("open", "");
  const line = Object.assign(document.createElement("p"), { className: "statut lueur", role: "status", textContent: document.body.dataset.garde });
  form.prepend(line);
  line.scrollIntoView({ block: "center" });
}

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
sessionStorage.removeItem(KEPT);
if (kept && DOORS.includes(location.pathname)) {
  const next = document.querySelector("input[name=next]");
  if (next) next.value = kept.page;
  sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, locked: true }));
} else if (kept?.locked && location.pathname + location.search === kept.page) back(kept);
