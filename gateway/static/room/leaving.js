// After: two questions that anyone may leave, counted without a name; nothing of what was said is kept.

import { one, words } from './page.js';

export const leaving = {
  ask(asked) {
    const form = one('[data-opinion]');
    if (!form) return;
    form.hidden = !asked;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const body = new URLSearchParams(new FormData(form));
      const thanks = one('[data-opinion-said]');
      try {
        const answer = await fetch(form.action, { method: 'POST', body });
        if (!answer.ok) throw new Error(String(answer.status));
        thanks.textContent = words.opinionHeard;
      } catch {
        thanks.textContent = words.opinionLost;
      }
      thanks.hidden = false;
      form.hidden = true;
      thanks.focus();
    }, { once: true });
  },
};
