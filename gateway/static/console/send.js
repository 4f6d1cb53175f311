// How the console speaks with the server: forms out, parts of the page back, each put in the place of its id.
export const root = document.getElementById("console");
export const words = root?.dataset ?? {};
const token = () => document.querySelector("input[name=csrf_token]")?.value ?? "";

export const here = (path) => `/appels/${root.dataset.appel}/${path}`;
export const newKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

export async function send(url, body, { json = false, signal, keepalive = false } = {}) {
  const answer = await fetch(url, {
    method: body ? "POST" : "GET",
    body,
    signal,
    keepalive,
    headers: {
      "HX-Request": "true",
      Accept: json ? "application/json" : "text/html",
      ...(body ? { "X-CSRF-Token": token(), "Content-Type": "application/x-www-form-urlencoded" } : {}),
    },
  });
  const elsewhere = answer.headers.get("HX-Redirect") ?? (answer.status === 401 ? await door(answer) : null);
  if (elsewhere) {
    location.assign(elsewhere.replace(/next=[^&]*/, `next=${encodeURIComponent(location.pathname)}`));
    throw new DOMException("signed out", "AbortError");
  }
  return answer;
}

// Locked or signed out: what was typed waits on this desk until the door opens again.
async function door(answer) {
  const told = await answer.clone().json().catch(() => ({}));
  return `${told.code === "session-locked" ? "/verrou" : "/connexion"}?next=`;
}

export function params(form, submitter) {
  const body = new URLSearchParams();
  if (!form) return body;
  for (const [name, value] of new FormData(form)) body.append(name, value);
  if (submitter?.name) body.append(submitter.name, submitter.value);
  return body;
}

export function swap(html) {
  const page = document.createElement("template");
  page.innerHTML = html;
  const changed = [];
  for (const part of [...page.content.querySelectorAll("[id]")].filter((one) => !one.parentElement?.closest("[id]"))) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    old.replaceWith(part);
    changed.push(part.id);
  }
  return changed;
}

export function say(text) {
  const line = document.getElementById("annonce");
  if (line) line.textContent = text;
}

export const later = (wait, work) => {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(work, wait, ...given);
  };
};
