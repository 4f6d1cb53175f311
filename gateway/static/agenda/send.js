// One press, sent once: fields go out as a form, a sentence comes back. The server is the truth.
import { root } from "./say.js";

export const newKey = () => crypto.randomUUID().replaceAll("-", "");

// {ok, status, said, undo, ask}: `status` 0 means that nothing is known of what was done; the same key may be sent again.
export async function send(action, fields) {
  const body = new URLSearchParams();
  for (const [name, value] of fields instanceof FormData ? fields : Object.entries(fields)) {
    for (const each of Array.isArray(value) ? value : [value]) body.append(name, each);
  }
  if (root.dataset.pour && !body.has("pour")) body.set("pour", root.dataset.pour);
  if (!body.has("idempotency_key")) body.set("idempotency_key", newKey());
  let answer;
  try {
    answer = await fetch(action, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRF-Token": root.dataset.csrf },
    });
  } catch {
    return { ok: false, status: 0, said: root.dataset.coupe };
  }
  if (answer.status === 401) location.reload();
  const told = await answer.json().catch(() => ({}));
  return { ...told, ok: answer.ok, status: answer.status, said: told.said ?? root.dataset.panne };
}

// A part of a page as nodes; null when it could not be had.
export async function fragment(url, { automatic = false } = {}) {
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true", ...(automatic ? { "X-Automatic": "oui" } : {}) } });
    if (answer.status === 401) location.reload();
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").body;
  } catch {
    return null;
  }
}
