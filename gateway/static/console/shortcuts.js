// The shortcuts: shown on demand, and switched off on this desk for whoever wants; Alt+U alone stays.
const KEPT = "raccourcis";

export function on() {
  try {
    return localStorage.getItem(KEPT) !== "non";
  } catch {
    return true; // a forbidden storage: as for everyone
  }
}

export function start() {
  const dialog = document.getElementById("raccourcis");
  const box = document.getElementById("raccourcis-actifs");
  box.checked = on();
  box.addEventListener("change", () => {
    try {
      box.checked ? localStorage.removeItem(KEPT) : localStorage.setItem(KEPT, "non");
    } catch {
      box.checked = true;
    }
  });
  document.addEventListener("click", (event) => event.target.closest("[data-raccourcis]") && dialog.showModal());
  document.addEventListener("keydown", (event) => {
    if (!on() || !event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyD") return;
    const said = document.querySelector("#avis button");
    if (!said) return;
    event.preventDefault();
    said.click();
  });
}
