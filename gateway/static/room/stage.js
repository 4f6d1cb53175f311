// The stage: one picture (or none) for each other, ourselves in a corner, and the plain words about the connection.

import { one, root, say, words } from './page.js';

const LEVELS = ['good', 'fair', 'poor'];
const quality = new Map();

/** The tile of one seat, made on first use. */
function tile(seat) {
  const known = one(`[data-tile="${seat}"]`);
  if (known) return known;
  const made = one('[data-tile-of-more]').content.firstElementChild.cloneNode(true);
  made.dataset.tile = seat;
  one('[data-stage]').append(made);
  return made;
}

/** The name by which a seat is called here. */
export function called(seat, name) {
  if (!name) return;
  const place = tile(seat);
  place.querySelector('[data-name]').textContent = name;
  place.querySelector('video').setAttribute('aria-label', name);
}

export function play(other, stream) {
  const place = tile(other.seat);
  for (const [selector, tracks] of [['video', stream.getVideoTracks()], ['audio', stream.getAudioTracks()]]) {
    const player = place.querySelector(selector);
    player.srcObject = new MediaStream(tracks);
    player.play().catch(() => {});
  }
}

/** Who is there, seen or not, with what word. */
export function draw(others, { soundOnly }) {
  const shown = others.filter((other) => other.inside || other.seat === root.dataset.main);
  for (const other of others) {
    const place = tile(other.seat);
    const gone = !other.here || !other.inside;
    const picture = other.media.cam && !soundOnly && !gone;
    place.hidden = !shown.includes(other);
    place.querySelector('video').hidden = !picture;
    place.querySelector('[data-no-picture]').hidden = picture;
    const voice = other.media.taken ? words.onThePhone : other.media.mic ? words.noPicture : words.noPictureNoVoice;
    const said = gone ? (other.state === 'left' ? words.leftShort : words.awayShort) : other.media.weak ? words.theirLink : voice;
    place.querySelector('[data-picture-word]').textContent = said;
  }
  one('[data-stage]').dataset.people = String(shown.length + 1);
}

export function level(seat, detail) {
  quality.set(seat, detail);
  const worst = LEVELS[Math.max(...[...quality.values()].map((one) => LEVELS.indexOf(one)))];
  const line = one('[data-quality]');
  if (line.dataset.quality !== worst) {
    line.textContent = words.quality[worst];
    line.dataset.quality = worst;
  }
  line.hidden = false;
}

export const forget = (seat) => quality.delete(seat);

/** Ourselves: seen by us in a corner, or nowhere. */
export function mirror(devices, inRoom) {
  const stream = devices.video ? new MediaStream([devices.video]) : null;
  for (const place of ['[data-self]', '[data-preview]']) {
    const figure = one(place);
    figure.hidden = !stream || (place === '[data-preview]') === inRoom;
    figure.classList.toggle('arriere', devices.facing === 'environment');
    const video = figure.querySelector('video');
    if (video.srcObject?.getVideoTracks()[0] !== devices.video) video.srcObject = stream;
  }
  say('appareils', devices.video ? words.cameraOpen : words.devicesClosed);
}
