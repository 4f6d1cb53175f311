// One key blurs what could be read over the shoulder, and shows it again; the key can be switched off (WCAG 2.1.4).
const KEPT = "agenda-touche-b";
const typing = (element) => element?.closest("input, textarea, select, [contenteditable]");

// The buttons are part of what is read again from the server: what is given back dresses them anew.
export function blurring() {
  let active = sessionStorage.getItem(KEPT) !== "non";
  const dress = () => {
    const button = document.getElementById("flouter");
    const box = document.getElementById("touche-b");
    button.hidden = false;
    button.setAttribute("aria-pressed", String(document.body.classList.contains("flou")));
    button.querySelector("kbd").hidden = !active;
    box.closest("label").hidden = false;
    box.checked = active;
  };
  const turn = () => {
    document.body.classList.toggle("flou");
    dress();
  };
  document.addEventListener("click", (event) => event.target.closest("#flouter") && turn());
  document.addEventListener("change", (event) => {
    if (event.target.id !== "touche-b") return;
    active = event.target.checked;
    sessionStorage.setItem(KEPT, active ? "oui" : "non");
    dress();
  });
  document.addEventListener("keydown", (event) => {
    if (!active || event.key.toLowerCase() !== "b" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) return;
    event.preventDefault();
    turn();
  });
  return dress;
}
