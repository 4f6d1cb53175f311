// What has just happened, said once in the status line; and the press that takes it back.
export const root = document.getElementById("agenda");
const line = document.getElementById("dit");

export function say(text, { tone = "", undo = null } = {}) {
  const sentence = document.createElement("p");
  sentence.textContent = text;
  line.className = `dit ${tone}`.trim();
  line.replaceChildren(sentence);
  if (!undo) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn petit";
  button.id = "annuler-geste";
  button.textContent = root.dataset.annuler;
  button.addEventListener("click", undo, { once: true });
  line.append(button);
}
