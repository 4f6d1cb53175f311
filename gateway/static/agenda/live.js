// What others do to this agenda is seen within a second; without a connection we say so once, and look again when it is back.
import { root, say } from "./say.js";

export function follow(refresh) {
  const pour = root.dataset.pour ? `?pour=${root.dataset.pour}` : "";
  const source = new EventSource(`/agenda/flux${pour}`);
  let away = 0;
  source.addEventListener("agenda", () => refresh());
  source.addEventListener("fin", () => location.reload());
  source.addEventListener("open", () => {
    if (away > 1) say(root.dataset.revenu);
    if (away) refresh();
    away = 0;
  });
  source.addEventListener("error", () => {
    away += 1;
    if (away === 2) say(root.dataset.coupe, { tone: "brique" });
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

const clock = new Intl.DateTimeFormat("fr-FR", { timeZone: "Europe/Paris", hour: "2-digit", minute: "2-digit" });

// The minutes that pass are counted here; at an hour that matters the page is read again.
export function tick(refresh) {
  setInterval(() => {
    const now = Date.now();
    const hour = document.querySelector(".haut .droite time");
    if (hour) hour.textContent = clock.format(now);
    for (const each of document.querySelectorAll("[data-avant]")) {
      const minutes = Math.floor((Date.parse(each.dataset.avant) - now) / 60000);
      if (minutes < 1) return refresh();
      if (minutes < 60) each.textContent = `Dans ${minutes}\u00a0minute${minutes > 1 ? "s" : ""}`;
    }
    for (const each of document.querySelectorAll("[data-a]")) if (Date.parse(each.dataset.a) <= now) return refresh();
  }, 20000);
}
