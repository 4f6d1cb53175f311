// « Plan si coupure »: where, which number, who is near. Said in the room, sealed, kept by this page only, gone with it.

import { one, professional, unfold, words } from './page.js';

const FIELDS = ['place', 'number', 'near'];
let tell = () => {};
let agreed = null; // { place, number, near, ring, from }
let offered = false;

const panel = () => one('[data-plan]');
const form = () => one('[data-plan-form]');

function read() {
  const fields = form().elements;
  const told = Object.fromEntries(FIELDS.map((name) => [name, fields[name].value.trim().slice(0, 200)]));
  return { ...told, ring: fields.ring.checked };
}

function dialled(number) {
  return /^\+?[\d .()-]{6,24}$/.test(number) ? number.replace(/[^\d+]/g, '') : '';
}

/** What was agreed, where both can see it; and in the form of the urgent action, which alone would keep it. */
function draw() {
  const line = one('[data-plan-said]');
  line.hidden = !agreed;
  if (!agreed) return;
  const parts = [agreed.place, agreed.number, agreed.near].filter(Boolean);
  line.querySelector('[data-plan-words]').textContent = parts.length ? parts.join(' · ') : words.plan.nothing;
  line.querySelector('[data-plan-ring]').textContent = agreed.ring ? words.plan.ring : words.plan.noRing;
  const urgent = document.getElementById('urgence-demande');
  if (!urgent) return;
  for (const [name, value] of [['place', [agreed.place, agreed.near].filter(Boolean).join(', ')], ['number', agreed.number]]) {
    const field = urgent.elements[name];
    if (value && (!field.value || field.dataset.fromPlan === field.value)) {
      field.value = value.slice(0, field.maxLength > 0 ? field.maxLength : 200);
      field.dataset.fromPlan = field.value;
    }
  }
}

function take(told) {
  agreed = Object.fromEntries(FIELDS.map((name) => [name, String(told[name] ?? '').slice(0, 200)]));
  agreed.ring = told.ring === true;
  for (const name of FIELDS) form().elements[name].value = agreed[name];
  form().elements.ring.checked = agreed.ring;
  draw();
}

export const plan = {
  start(given) {
    ({ tell } = given);
    form()?.addEventListener('submit', (event) => {
      event.preventDefault();
      const told = read();
      take(told);
      tell({ plan: told });
      unfold(panel(), false, 'plan');
      one('[data-do="plan"]').focus();
    });
  },

  /** The first minute together: the professional is reminded, once, and asks. */
  together() {
    if (!professional || offered || agreed) return;
    offered = true;
    one('[data-plan-now]').hidden = false;
  },

  ask() {
    if (!form()) return;
    unfold(panel(), true, 'plan');
    form().elements.number.focus();
  },

  heard(from, told) {
    if (!form() || from.seat === 'guest') return;
    if (told.asksPlan && !professional) {
      unfold(panel(), true, 'plan');
      one('[data-plan-asked]').hidden = false;
    }
    if (told.plan) {
      take(told.plan);
      one('[data-plan-now]')?.setAttribute('hidden', '');
    }
  },

  /** They are gone: what was agreed decides who rings, and nothing else does. */
  told({ gone, left, quickly }) {
    if (!professional) return;
    const line = one('[data-after-cut]');
    line.hidden = !gone || (left && !quickly);
    if (gone) one('[data-plan-now]').hidden = true;
    if (line.hidden) return;
    const number = agreed && agreed.ring ? dialled(agreed.number) : '';
    line.querySelector('[data-after-words]').textContent = quickly
      ? words.leftQuickly
      : agreed?.ring ? words.plan.callBack : words.plan.noneAgreed;
    const link = line.querySelector('[data-after-call]');
    link.hidden = !number;
    if (number) {
      link.href = `tel:${number}`;
      link.querySelector('.nom').textContent = `${words.plan.call} ${agreed.number}`;
    }
  },

  forget() {
    agreed = null;
    if (!form()) return;
    form().reset();
    for (const field of document.querySelectorAll('[data-from-plan]')) {
      if (field.value === field.dataset.fromPlan) field.value = '';
      delete field.dataset.fromPlan;
    }
    draw();
  },

  does: {
    plan: () => {
      unfold(panel(), panel().hidden, 'plan');
      one('[data-plan-now]')?.setAttribute('hidden', '');
      if (!panel().hidden) form().elements.place.focus();
    },
    'plan-demander': () => {
      tell({ asksPlan: true });
      one('[data-plan-sent]').hidden = false;
    },
    'plan-plus-tard': () => one('[data-plan-now]').setAttribute('hidden', ''),
  },
};
