// A third person, by invitation of the professional: a code said aloud or a link, a name, and the door held by hand.

import { one, professional, say, words } from './page.js';

let dialogue = null;

async function invite() {
  const line = one('[data-invite-said]');
  const form = one('[data-invite-form]');
  line.textContent = words.invite.making;
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { code, link } = await answer.json();
    one('[data-invite-code]').textContent = code;
    one('[data-invite-link]').value = link;
    one('[data-invite-made]').hidden = false;
    line.textContent = words.invite.made;
  } catch {
    line.textContent = words.invite.failed;
  }
}

export const guests = {
  start({ others }) {
    dialogue = one('[data-invite]');
    one('[data-guest-name]')?.addEventListener('change', () => guests.say([...others.values()]));
  },

  /** A guest says what to call them: under the keys, never to the server. */
  say(others) {
    const name = one('[data-guest-name]')?.value.trim();
    if (name) for (const other of others) other.tell({ name });
  },

  /** What the room says of the guest's seat. */
  seen(guest) {
    const line = one('[data-guest]');
    if (!line) return;
    const waiting = guest?.here && guest.state === 'waiting';
    line.hidden = !waiting;
    if (!waiting) return;
    const name = guest.name ?? words.names.guest;
    say('tiers', professional ? `${name} ${words.invite.waits}` : `${name} ${words.invite.asks}`);
  },

  does: {
    inviter: () => dialogue.showModal(),
    'inviter-faire': invite,
    copier: async () => {
      const field = one('[data-invite-link]');
      field.select();
      await navigator.clipboard?.writeText(field.value).catch(() => {});
      one('[data-invite-said]').textContent = words.invite.copied;
    },
  },
};
