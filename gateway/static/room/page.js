// The room's page as the scripts see it: its words, its scenes, one at a time, and the lines that change.

export const root = document.querySelector('.salle');
export const words = JSON.parse(root.dataset.words);
export const me = root.dataset.seat;
export const professional = me === 'professional';
export const person = me === 'person';
export const one = (selector) => root.querySelector(selector);
export const all = (selector) => root.querySelectorAll(selector);

/** Write `text` wherever `place` is said; a line that says so already is left alone, so that it is not read twice. */
export function say(place, text) {
  for (const line of all(`[data-said="${place}"]`)) if (line.textContent !== text) line.textContent = text;
}

export const scene = () => root.dataset.scene;

export function show(wanted) {
  if (scene() === wanted) return;
  root.dataset.scene = wanted;
  for (const part of all('[data-when]')) part.hidden = !part.dataset.when.split(' ').includes(wanted);
  root.querySelector(`[data-when="${wanted}"] [tabindex="-1"]`)?.focus();
}

/** `write`: writing is offered beside what does not open. */
export function alertWith(text, { write = false } = {}) {
  const line = one('[data-alert]');
  one('[data-do="plutot-ecrire"]').hidden = !write;
  line.querySelector('[data-alert-text]').textContent = text ?? '';
  line.hidden = !text;
}

/** A control that is on or off: its two icons and its two names are in the page. */
export function press(what, on) {
  for (const button of all(`[data-do="${what}"]`)) {
    button.setAttribute('aria-pressed', String(on));
    const name = button.querySelector('.nom');
    if (name && button.dataset.on) name.textContent = on ? button.dataset.on : button.dataset.off;
  }
}

/** Show or hide a part, and say so on the button that does it. */
export function unfold(part, open, by) {
  part.hidden = !open;
  for (const button of all(`[data-do="${by}"]`)) button.setAttribute('aria-expanded', String(open));
}

/** What to do when a device (`voice` or `camera`) does not open, in this browser's own words. */
export function refusal(error, device) {
  const said = words.devices[device][error?.name] ?? words.devices[device].other;
  return error?.name === 'NotAllowedError' ? `${said} ${words.browsers[browser()]}` : said;
}

function browser() {
  const agent = navigator.userAgent;
  if (/iPhone|iPad|iPod/.test(agent)) return 'ios';
  if (/Firefox/.test(agent)) return /Android/.test(agent) ? 'firefoxAndroid' : 'firefox';
  if (/Android/.test(agent)) return 'android';
  if (/Safari/.test(agent) && !/Chrom/.test(agent)) return 'safari';
  return 'chrome';
}
