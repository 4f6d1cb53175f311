// « Pouvez-vous parler librement ? »: asked at the door, changed by one discreet tap, seen by the others as a word.

import { chat } from './chat.js';
import { all, one, professional, unfold, words } from './page.js';

const WAYS = ['oui', 'bas', 'ecrit', 'telephone'];
let speaks = null;
let given = null;

function draw() {
  for (const button of all('[data-speaks]')) button.setAttribute('aria-pressed', String(button.dataset.speaks === speaks));
  const now = one('[data-speaks-now]');
  if (now && speaks) now.textContent = words.speaks[speaks].mine;
}

export const door = {
  start(things) {
    given = things;
  },

  /** Our way of speaking, from the door or later. */
  choose(way) {
    if (professional) return;
    const before = speaks;
    speaks = way;
    draw();
    door.tell([...given.others.values()]);
    if (way === 'ecrit' || before === 'ecrit') chat.whole(way === 'ecrit');
    if (way === 'telephone') given.phone();
    if (before && (way === 'ecrit' || way === 'telephone')) given.devices.setVoice(false);
  },

  tell(others) {
    if (speaks) for (const other of others) other.tell({ speaks });
  },

  heard(from, way) {
    if (!WAYS.includes(way) || from.seat !== 'person') return;
    const before = from.speaks;
    from.speaks = way;
    one('[data-their-way]').textContent = words.speaks[way].theirs;
    one('[data-their-way]').hidden = way === 'oui' && !before;
    one('[data-their-way]').classList.toggle('lueur', way !== 'oui');
    if (way === 'ecrit') chat.whole(true);
    else if (before === 'ecrit') chat.whole(false);
    if (way === 'telephone') one('[data-plan-now]')?.removeAttribute('hidden');
  },

  does: {
    parole: () => unfold(one('[data-ways]'), one('[data-ways]').hidden, 'parole'),
    dire: (button) => {
      door.choose(button.dataset.speaks);
      unfold(one('[data-ways]'), false, 'parole');
      one('[data-do="parole"]').focus();
      if (button.dataset.speaks === 'oui' || button.dataset.speaks === 'bas') given.voice();
    },
  },
};

