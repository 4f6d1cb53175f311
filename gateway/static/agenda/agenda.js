// The agenda's page: the list comes from the server; here it gets its grid, its dialog and its live line.
import { root } from "./say.js";
import { fragment } from "./send.js";
import { focusAgain, listen } from "./cards.js";
import { busy, create, load } from "./grid.js";
import { follow, tick } from "./live.js";
import { blurring } from "./blur.js";
import { swiping } from "./swipe.js";

const WIDE = matchMedia("(min-width: 52rem)");
const PHONE = matchMedia("(max-width: 40rem)"); // seven columns are too many: the week is read as its list
const PARTS = ["cote", "barre", "a-voir", "vide", "liste"];
const card = document.getElementById("cal");
const blurred = blurring();
let asked = 0;
let later = 0;

const day = () => document.getElementById("barre").dataset.jour;
const view = () => {
  const asked = root.dataset.vue || (WIDE.matches ? "semaine" : "liste");
  return asked === "semaine" && PHONE.matches ? "liste" : asked;
};
const address = (jour, vue) =>
  `/agenda?jour=${jour}&vue=${vue}${root.dataset.pour ? `&pour=${root.dataset.pour}` : ""}`;

function dress() {
  blurred();
  root.classList.add("vivante");
  root.dataset.montre = view();
  card.hidden = view() === "liste";
  for (const link of document.querySelectorAll(".seg a")) {
    if (link.dataset.aller === view()) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// The parts of the page that say something are read again; the focus stays on what has the same name.
async function show(url, { automatic = false } = {}) {
  const turn = ++asked;
  const page = await fragment(url, { automatic });
  if (!page || turn !== asked) return;
  const focused = document.activeElement?.id;
  for (const name of PARTS) {
    const fresh = page.querySelector(`#${name}`);
    if (fresh) document.getElementById(name).replaceWith(fresh);
  }
  dress();
  if (focused && document.activeElement === document.body) focusAgain(`#${CSS.escape(focused)}`);
  await load(view(), day(), { automatic });
}

const refresh = ({ automatic = false } = {}) => {
  clearTimeout(later);
  later = setTimeout(() => (busy() ? refresh({ automatic }) : show(address(day(), view()), { automatic })), 60);
};

async function go(url, { keep = true } = {}) {
  const asks = new URL(url, location.href).searchParams;
  root.dataset.vue = asks.get("vue") ?? root.dataset.vue;
  const target = address(asks.get("jour") || day(), view());
  if (keep) history.pushState(null, "", target);
  await show(target);
  const title = document.title;
  document.title = document.getElementById("barre").dataset.titre + title.slice(title.indexOf(" – Agenda"));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-aller]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href);
});
addEventListener("popstate", () => go(location.href, { keep: false }));
WIDE.addEventListener("change", () => root.dataset.vue || refresh());
PHONE.addEventListener("change", () => refresh());

create(() => refresh());
listen(() => refresh());
swiping(go);
dress();
load(view(), day());
follow(() => refresh({ automatic: true }));
tick(() => refresh({ automatic: true }));
