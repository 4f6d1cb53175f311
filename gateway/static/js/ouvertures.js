// What hours come to is shown while they are typed; without this script a button asks the same.
const show = async (place, url) => {
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    if (answer.ok) place.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  } catch {
    // The network is away: what stands there stays, and the button still asks.
  }
};

const form = document.querySelector("form[data-apercu]");
if (form) {
  const place = document.getElementById("apercu");
  let waiting = 0;
  let turn = 0;
  const look = () => {
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (!["idempotency_key", "version"].includes(name)) asked.append(name, value);
    }
    asked.set("apercu", "1");
    const mine = ++turn;
    const aside = document.createElement("div");
    show(aside, `${form.dataset.apercu}?${asked}`).then(() => {
      if (mine === turn && aside.childNodes.length) place.replaceChildren(...aside.childNodes);
    });
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 250);
  });
  form.querySelector("[data-voir]").hidden = true;
  if (form.elements.debut.value && form.elements.fin.value) look();
}

const why = document.querySelector("form[data-pourquoi]");
why?.addEventListener("submit", (event) => {
  event.preventDefault();
  show(document.getElementById("pourquoi"), `${why.action}?${new URLSearchParams(new FormData(why))}`);
});
