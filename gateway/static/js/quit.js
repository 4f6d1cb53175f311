// Leave at once: the button, or Shift three times. The page empties first, then the session ends.
const NEUTRAL = "/calendrier";
const left = () => document.cookie.split("; ").includes("calme=1");

async function quit(form) {
  const body = new URLSearchParams(new FormData(form));
  document.title = "Calendrier";
  document.documentElement.removeAttribute("data-theme");
  document.body.replaceChildren();
  document.querySelectorAll("link[rel=stylesheet]").forEach((link) => link.remove());
  document.dispatchEvent(new CustomEvent("quitter"));
  try {
    await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true });
  } catch {
    // Offline: the page is already empty and the session ends on its own.
  }
  location.replace(NEUTRAL);
}

const door = document.querySelector("form.quitter");
door?.addEventListener("submit", (event) => {
  event.preventDefault();
  quit(door);
});

let pressed = 0;
let last = 0;
addEventListener("keydown", (event) => {
  if (event.repeat) return;
  const soon = event.timeStamp - last < 900;
  last = event.timeStamp;
  pressed = event.key === "Shift" ? (soon ? pressed + 1 : 1) : 0;
  if (pressed === 3 && door) quit(door);
});

// The Back button after leaving shows the neutral page again, never this one.
const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
if (back && left()) location.replace(NEUTRAL);
addEventListener("pageshow", (event) => {
  if (event.persisted) location.replace(left() ? NEUTRAL : location.href);
});
