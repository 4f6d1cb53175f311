"use strict";

const NAMES = { sms: "SMS", mail: "Courriel", voice: "Appel", push: "Notification" };
const list = document.getElementById("messages");
const model = document.getElementById("message").content;
const hour = new Intl.DateTimeFormat("fr-FR", { weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
let last = 0;
let chosen = "";

/** The text, with its http addresses as links; nothing in it is ever read as markup. */
function fill(element, text) {
  for (const part of text.split(/(https?:\/\/[^\s<>"]+)/)) {
    if (!/^https?:\/\//.test(part)) { element.append(part); continue; }
    const link = document.createElement("a");
    link.href = part;
    link.textContent = part;
    link.rel = "noreferrer";
    element.append(link);
  }
}

function show(message) {
  const item = model.cloneNode(true);
  const line = item.querySelector("li");
  line.dataset.channel = message.channel;
  line.hidden = chosen !== "" && chosen !== message.channel;
  item.querySelector(".voie").textContent = NAMES[message.channel] || message.channel;
  item.querySelector("time").textContent = hour.format(new Date(message.at));
  item.querySelector("time").dateTime = message.at;
  item.querySelector(".pour").textContent = message.to ? `Pour ${message.to}` : "";
  const title = item.querySelector("h2");
  title.textContent = message.subject;
  title.hidden = !message.subject;
  fill(item.querySelector(".texte"), message.text);
  list.prepend(item);
}

function count() {
  const shown = list.querySelectorAll("li:not([hidden])").length;
  document.getElementById("count").textContent = shown > 1 ? `${shown} messages` : shown ? "1 message" : "";
  document.getElementById("empty").hidden = shown > 0;
}

async function ask() {
  try {
    const messages = await (await fetch(`/messages.json?since=${last}`)).json();
    for (const message of messages) { show(message); last = message.id; }
    if (messages.length) count();
  } catch { /* the house stopped: the next question finds it again */ }
  setTimeout(ask, 1500);
}

for (const button of document.querySelectorAll("nav button")) {
  button.addEventListener("click", () => {
    chosen = button.dataset.channel;
    for (const other of document.querySelectorAll("nav button")) other.setAttribute("aria-pressed", String(other === button));
    for (const line of list.children) line.hidden = chosen !== "" && chosen !== line.dataset.channel;
    count();
  });
}
ask();
