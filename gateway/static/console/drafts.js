// What was typed and not yet sent, kept on this desk while the network is away: sealed under a key that only a page
// given to the same account holds. Without such a key nothing is written down; what is typed stays on the page.
import { root } from "./send.js";

const store = `brouillon:${root.dataset.appel}`;
const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const place = new TextEncoder().encode(store);
const key = globalThis.crypto?.subtle && root.dataset.sceau ? crypto.subtle.importKey("raw", bytes(root.dataset.sceau), "AES-GCM", false, ["encrypt", "decrypt"]) : null;
let turn = 0;

export function forget() {
  turn += 1;
  sessionStorage.removeItem(store);
}

// The latest of what was typed wins, whichever seal is ready first.
export async function keep(typed) {
  if (!key) return;
  const mine = (turn += 1);
  try {
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(typed));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: place }, await key, text);
    if (mine === turn) sessionStorage.setItem(store, btoa(String.fromCharCode(...nonce, ...new Uint8Array(sealed))));
  } catch {
    return; // a full or forbidden storage: what is typed stays on the page
  }
}

export async function kept() {
  try {
    const whole = Uint8Array.from(atob(sessionStorage.getItem(store) ?? ""), (one) => one.charCodeAt(0));
    if (!key || whole.length < 13) return [];
    const options = { name: "AES-GCM", iv: whole.slice(0, 12), additionalData: place };
    const opened = await crypto.subtle.decrypt(options, await key, whole.slice(12));
    return JSON.parse(new TextDecoder().decode(opened));
  } catch {
    return []; // of another account, or not ours
  }
}
