// A long list by two or three letters: the select stays the truth, and is all there is without this script.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/’/g, "'").toLowerCase();
const MOST = 60;
const CHIPS = 6;

export function combobox(box) {
  const select = box.querySelector("select");
  const id = select.id;
  const options = [...select.options].filter((one) => one.value);
  const known = options.map((one) => ({ value: one.value, label: one.text, plain: plain(one.text) }));
  select.removeAttribute("id");
  select.hidden = true;

  const combo = document.createElement("div");
  combo.className = "combo";
  const input = document.createElement("input");
  Object.assign(input, { className: "champ", id, autocomplete: "off", spellcheck: false, placeholder: select.dataset.indice });
  const list = document.createElement("div");
  Object.assign(list, { id: `${id}-liste`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.querySelector("label").textContent);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]])
    input.setAttribute(name, value);
  const clear = document.createElement("button");
  Object.assign(clear, { type: "button", className: "effacer", textContent: "×" });
  clear.setAttribute("aria-label", `Vider : ${box.querySelector("label").textContent}`);
  combo.append(input, clear, list);
  select.before(combo);

  const chips = document.createElement("div");
  chips.className = "frequents";
  const unknown = options.filter((one) => one.value === "unknown");
  for (const one of [...options.filter((each) => each.hasAttribute("data-frequent")).slice(0, CHIPS), ...unknown]) {
    const chip = document.createElement("button");
    Object.assign(chip, { type: "button", textContent: one.dataset.court ?? one.text, value: one.value });
    if (one.dataset.court) chip.setAttribute("aria-label", one.text);
    chip.addEventListener("click", () => {
      choose(one.value);
      input.focus();
    });
    chips.append(chip);
  }
  box.append(chips);

  let found = [];
  let active = -1;

  function show() {
    const current = known.find((one) => one.value === select.value);
    input.value = current?.label ?? "";
    clear.hidden = !select.value;
    chips.hidden = Boolean(select.value);
  }
  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function choose(value) {
    const changed = select.value !== value;
    select.value = value;
    show();
    close();
    if (changed) select.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function point(to) {
    active = found.length ? (to + found.length) % found.length : -1;
    [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === active)));
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[active].id);
    list.children[active].scrollIntoView({ block: "nearest" });
  }
  function open() {
    const typed = plain(input.value.trim());
    const starts = (one) => one.plain.startsWith(typed) || one.value.toLowerCase().startsWith(typed);
    const inside = (one) => one.plain.split(/[\s,'()–-]+/).some((word) => word.startsWith(typed));
    found = typed ? [...known.filter(starts), ...known.filter((one) => !starts(one) && inside(one))] : known;
    found = found.slice(0, MOST);
    list.replaceChildren(
      ...found.map((one, place) => {
        const option = document.createElement("div");
        Object.assign(option, { id: `${id}-${place}`, textContent: one.label });
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.addEventListener("mousedown", (event) => event.preventDefault());
        option.addEventListener("click", () => choose(one.value));
        return option;
      }),
    );
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    point(typed ? 0 : -1);
  }

  input.addEventListener("input", open);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    if (input.value.trim() === "" && select.value) choose("");
    show();
    close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) {
        if (known.some((one) => one.label === input.value)) input.value = "";
        open();
      }
      point(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!list.hidden && active >= 0) choose(found[active].value);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      show();
      close();
    }
  });
  clear.addEventListener("click", () => {
    choose("");
    input.focus();
  });
  select.addEventListener("veille:montrer", show);
  show();
}
