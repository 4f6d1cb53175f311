// Notes are read here, in the browser alone: a number, an address or a name in them is said, and nothing is refused.
import { words } from "./send.js";

const NUMBER = /(?:\+|00)?\d(?:[\s.\-/]?\d){8,}/u;
const ADDRESS = /[\w.+-]+@[\w-]+\.\w{2,}|\b\d{1,4}\s?(?:bis|ter)?,?\s+(?:rue|avenue|av\.|boulevard|bd|place|allée|chemin|impasse|route|quai|cours|square|résidence|lieu-dit)\b|(?<!\d)(?:0[1-9]|[1-8]\d|9[0-8])\d{3}\s+\p{Lu}/iu;
const TITLED = /(?:\b(?:M\.|Mr|Mme|Mlle|Dr|Pr|Docteur|Professeur|Monsieur|Madame)\s+(?:\p{Lu}[\p{L}'’-]+))/u;
const TWO_CAPITALS = /(?<![.!?:»]\s|^|\n)\b\p{Lu}\p{Ll}+\s+(?:de\s|le\s|la\s)?\p{Lu}[\p{Ll}\p{Lu}'’-]{2,}/u;
const SAID = [/\b(?:s.appelle|je suis|nommée?|son nom est|nom\s?:)\s+\p{Lu}\p{L}+/u];

// Which of the three this text seems to hold: number, address, name.
export function seems(text) {
  const found = [];
  if (NUMBER.test(text)) found.push("numero");
  if (ADDRESS.test(text)) found.push("adresse");
  if (TITLED.test(text) || TWO_CAPITALS.test(text) || SAID.some((one) => one.test(text))) found.push("nom");
  return found;
}

export function start() {
  const line = document.getElementById("relire");
  const said = { numero: words.relireNumero, adresse: words.relireAdresse, nom: words.relireNom };
  const read = (text) => {
    const told = seems(text).map((kind) => said[kind]).join(" ");
    if (line.textContent !== told) line.textContent = told;
  };
  for (const field of document.querySelectorAll("#f-notes, #fiche [name^='prompts.'], #f-first_name"))
    field.addEventListener("input", () => read([...document.querySelectorAll("#f-notes, #fiche [name^='prompts.']")].map((one) => one.value).join("\n")));
  read(document.getElementById("f-notes").value);
}
