// Writing to each other: beside the picture, or as the whole page for those who would rather write.

import { one, root, unfold, words } from './page.js';

const STILL = 4000; // ms without a key after which one writes no more
let unread = 0;
let tell = () => {};
let writing = null;

const panel = () => one('[data-writing]');
const button = () => one('[data-do="ecrire"]');

function line(text, who, name) {
  const item = Object.assign(document.createElement('p'), { className: who });
  item.append(Object.assign(document.createElement('b'), { textContent: name }), text);
  one('[data-lines]').append(item);
  item.scrollIntoView({ block: 'nearest' });
}

function sayUnread() {
  button().querySelector('.nom').textContent = unread ? words.unread : words.write;
  button().classList.toggle('neuf', unread > 0);
}

function stopped() {
  clearTimeout(writing);
  if (writing) tell({ writing: false });
  writing = null;
}

async function send() {
  const field = one('[data-write]').elements.text;
  const text = field.value.trim();
  if (!text || button().hidden) return;
  stopped();
  tell({ text });
  line(text, 'me', words.me);
  field.value = '';
  field.focus();
}

export const chat = {
  start(given) {
    ({ tell } = given);
    const form = one('[data-write]');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      send();
    });
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
    });
    form.addEventListener('input', () => {
      if (!writing) tell({ writing: true });
      clearTimeout(writing);
      writing = setTimeout(stopped, STILL);
    });
  },

  possible(yes) {
    button().hidden = !yes;
    one('[data-write] button').disabled = !yes;
  },

  heard(from, text) {
    line(text.slice(0, 1000), 'other', from.name ?? words.names[from.seat]);
    chat.typing(from, false);
    if (panel().hidden) unread += 1;
    sayUnread();
  },

  typing(from, on) {
    one('[data-typing]').textContent = on ? `${from.name ?? words.names[from.seat]} ${words.writes}` : '';
  },

  /** Writing is how this consultation goes: its panel is the page. */
  whole(yes) {
    root.dataset.mode = yes ? 'ecrit' : '';
    if (yes) chat.open(true);
    else unfold(panel(), false, 'ecrire');
  },

  open(yes) {
    unfold(panel(), yes, 'ecrire');
    unread = 0;
    sayUnread();
    if (yes) panel().querySelector('textarea').focus();
  },

  /** Nothing of what was said stays. */
  empty() {
    one('[data-lines]').replaceChildren();
    one('[data-write]').reset();
  },

  does: {
    ecrire: () => chat.open(panel().hidden),
  },
};
