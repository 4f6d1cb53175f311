// The room's page: what is shown when, what each button does, and the thread from signalling to the call.

import { Call } from './call.js';
import { canSeal, Sealing } from './e2ee.js';
import { Exchange } from './exchange.js';
import { Trial } from './preflight.js';
import { chime, stayAwake, wakeSound } from './quiet.js';
import { Signal } from './signal.js';
import { Writing } from './writing.js';

const ENDED = 4401; // the session is over: a quick exit elsewhere, or a revoked link
const LATE = 7 * 60; // seconds past the hour after which the desk knows (care.md 8)
const root = document.querySelector('.salle');
const words = JSON.parse(root.dataset.words);
const person = root.dataset.seat === 'person';
const one = (selector) => root.querySelector(selector);
const say = (place, text) => { for (const line of root.querySelectorAll(`[data-said="${place}"]`)) line.textContent = text; };

let call = null;
let seats = [];
let entering = false; // this page was touched: it may be heard and seen
let accepted = false; // going on without end-to-end encryption was chosen here
let ringing = false;
let failures = 0;
let greeted = false;
let retry = null;
let voice = false;
let lastProblem = null;
let unread = 0;
let soundOnly = false;
let others = { mic: false, cam: false, soundOnly: false };

const signal = new Signal(new URL(root.dataset.socket, location.href.replace(/^http/, 'ws')));
const capable = await canSeal();
const sealing = capable ? new Sealing() : null;
const exchange = new Exchange({ capable, send: (data) => note({ exchange: data }), agreed });
const writing = new Writing();
const note = (data) => signal.send({ kind: 'peer', data });

const mine = () => seats.find((seat) => seat.seat === root.dataset.seat);
const theirs = () => seats.find((seat) => seat.seat !== root.dataset.seat);
const inside = (seat) => seat?.state === 'admitted' || seat?.state === 'in_room';

// --- what is shown ---------------------------------------------------------------------------------------------

function show(scene) {
  if (root.dataset.scene === scene) return;
  root.dataset.scene = scene;
  for (const part of root.querySelectorAll('[data-when]')) part.hidden = part.dataset.when !== scene;
  root.querySelector(`[data-when="${scene}"] [tabindex="-1"]`)?.focus();
}

function alertWith(text) {
  const line = one('[data-alert]');
  line.textContent = text ?? '';
  line.hidden = !text;
}

function sayWaiting() {
  const other = theirs();
  const late = (Date.now() - Date.parse(root.dataset.starts)) / 1000;
  if (!person) {
    one('[data-do="admettre"]').disabled = !(other?.here && other.state === 'waiting');
    say('attente', other?.here ? words.waitsForYou : words.notHereYet);
  } else if (other?.here) say('attente', words.willOpen);
  else if (late > LATE) say('attente', words.deskKnows);
  else if (late > 60) say('attente', words.late);
}

function sayRoom() {
  const other = theirs();
  const gone = other && (!other.here || !inside(other));
  say('salle', gone ? (other.state === 'left' ? words.left : words.away) : call?.connected ? words.together : words.joining);
  const picture = others.cam && !soundOnly && !gone;
  one('[data-other]').hidden = !picture;
  one('[data-no-picture]').hidden = picture;
  say('image', others.mic ? words.noPicture : words.noPictureNoVoice);
}

function press(what, on) {
  const button = one(`[data-do="${what}"]`);
  if (!button) return;
  button.setAttribute('aria-pressed', String(on));
  const name = button.querySelector('.nom');
  if (name) name.textContent = on ? button.dataset.on : button.dataset.off;
}

function showDevices() {
  press('micro', voice);
  press('camera', Boolean(call?.camera));
  const stream = call?.camera ? new MediaStream([call.camera]) : null;
  for (const place of ['[data-self]', '[data-preview]']) {
    const figure = one(place);
    figure.hidden = !stream || (place === '[data-preview]' && root.dataset.scene === 'salle');
    if (figure.querySelector('video').srcObject?.getVideoTracks()[0] !== call?.camera) figure.querySelector('video').srcObject = stream;
  }
  one('[data-devices]').textContent = call?.camera ? words.cameraOpen : words.devicesClosed;
  press('apercu', Boolean(call?.camera));
  note({ media: { mic: voice, cam: Boolean(call?.camera), soundOnly } });
}

// --- signalling ------------------------------------------------------------------------------------------------

let turn = Promise.resolve();
signal.addEventListener('message', ({ detail }) => { turn = turn.then(() => hear(detail)).catch(report); });
signal.addEventListener('lost', () => { greeted = false; interrupted(); });
signal.addEventListener('refused', ({ detail }) => end(words.refusedTitle, detail === ENDED ? words.sessionEnded : lastProblem ?? words.refused));

async function hear(message) {
  if (message.seats) seats = message.seats;
  if (message.kind === 'welcome') await welcome(message);
  else if (message.kind === 'seats') await seated();
  else if (message.kind === 'peer') await heardFromPeer(message.data);
  else if (message.kind === 'offer') await call?.answer(message);
  else if (message.kind === 'problem') refusal(message.code);
}

async function welcome({ data, epoch }) {
  one('[data-link]').textContent = words.linked;
  one('[data-link]').classList.add('sauge');
  if (!call) makeCall(data.ice_servers ?? []);
  if (!call.epoch) call.epoch = epoch ?? 0;
  await seated();
}

async function seated() {
  const other = theirs();
  if (!other?.here) greeted = false;
  else if (!greeted) {
    greeted = true;
    await exchange.greet();
    showDevices();
  }
  if (inside(mine()) && person && !entering && root.dataset.scene === 'attente') {
    show('porte');
    if (ringing) chime();
  }
  if (!person && inside(other) && entering && root.dataset.scene !== 'fin') show('salle');
  if (!person && other?.state === 'waiting' && ringing) chime();
  sayWaiting();
  sayRoom();
}

async function heardFromPeer(data) {
  if (data.exchange) await exchange.hear(data.exchange);
  if (data.writing) await heardWriting(data.writing);
  if (data.media) {
    others = data.media;
    await call?.allowPicture(!others.soundOnly);
    sayRoom();
  }
}

function refusal(code) {
  lastProblem = words.refusals[code] ?? null;
  if (lastProblem) alertWith(lastProblem);
}

// --- keys ------------------------------------------------------------------------------------------------------

async function agreed(result) {
  await writing.use(result);
  one('[data-do="ecrire"]').hidden = !writing.possible;
  if (result.sealed) {
    one('[data-four]').replaceChildren(...result.words.map((word) => Object.assign(document.createElement('li'), { textContent: word })));
  }
  one('[data-lock]').hidden = !result.sealed;
  one('[data-clear]').hidden = result.sealed;
  if (entering) proceed();
}

/** Take these keys into a new connection, unless they already carry one that works. */
function proceed() {
  const result = exchange.result;
  if (!call || !result || !inside(mine())) return;
  if (!result.sealed && !accepted) {
    show('accord');
  } else if (call.connected && call.keys === (result.sealed ? result : null)) {
    signal.send({ kind: 'ready' });
  } else {
    call.keys = result.sealed ? result : null;
    show('salle');
    join();
  }
}

function join() {
  if (call) signal.send({ kind: 'join', epoch: call.epoch });
}

// --- the call --------------------------------------------------------------------------------------------------

function makeCall(ice) {
  call = new Call({ sealing, send: (message) => signal.send(message), ice });
  call.addEventListener('heard', ({ detail }) => {
    one('[data-other]').srcObject = new MediaStream(detail.getVideoTracks());
    one('[data-voice]').srcObject = new MediaStream(detail.getAudioTracks());
    one('[data-other]').play().catch(() => {});
    one('[data-voice]').play().catch(() => {});
    showDevices();
  });
  call.addEventListener('quality', ({ detail }) => {
    one('[data-quality]').textContent = words.quality[detail];
    one('[data-quality]').dataset.quality = detail;
    one('[data-quality]').hidden = false;
    if (call?.connected) {
      one('[data-cut]').hidden = true;
      failures = 0;
    }
    sayRoom();
  });
  call.addEventListener('sealed', ({ detail }) => {
    root.dataset.sealedAudio = detail.sealed.audio;
    root.dataset.sealedVideo = detail.sealed.video;
    root.dataset.refusedVideo = detail.refused.video;
  });
  call.addEventListener('stalled', stalled);
  call.addEventListener('leak', () => {
    signal.send({ kind: 'leave' });
    signal.close();
    end(words.leakTitle, words.leak);
  });
}

function stalled() {
  if (root.dataset.scene !== 'salle' || !theirs()?.here || !inside(theirs())) return;
  interrupted();
  clearTimeout(retry);
  retry = setTimeout(join, [0, 500, 1000, 2000][Math.min(failures - 1, 3)]);
}

function interrupted() {
  one('[data-link]').textContent = words.relinking;
  one('[data-link]').classList.remove('sauge');
  if (root.dataset.scene !== 'salle' || call?.connected) return;
  failures += 1;
  one('[data-cut]').hidden = false;
  one('[data-cut-phone]').hidden = failures < 2;
}

async function enter(withVoice) {
  entering = true;
  wakeSound();
  alertWith();
  trial.close();
  if (withVoice) await open('mic');
  stayAwake();
  proceed();
}

async function open(device) {
  try {
    if (device === 'mic') await call.setMicrophone(true);
    else await call.setCamera(true);
    alertWith();
    if (device === 'mic') voice = true;
  } catch (error) {
    alertWith(words.devices[error.name] ?? words.devices.other);
  }
  showDevices();
}

function end(title, text) {
  call?.close();
  call = null;
  entering = false;
  voice = false;
  clearTimeout(retry);
  one('[data-lines]').replaceChildren();
  say('fin-titre', title);
  say('fin', text);
  show('fin');
}

function report(error) {
  console.warn('room', error?.name ?? 'error');
}

// --- writing ---------------------------------------------------------------------------------------------------

function line(text, who) {
  const item = Object.assign(document.createElement('p'), { className: who });
  item.append(Object.assign(document.createElement('b'), { textContent: words[who] }), text);
  one('[data-lines]').append(item);
  item.scrollIntoView({ block: 'nearest' });
}

async function heardWriting(data) {
  const text = await writing.open(data);
  if (text === null) return;
  line(text, 'other');
  if (one('[data-writing]').hidden) unread += 1;
  sayUnread();
}

function sayUnread() {
  one('[data-do="ecrire"] .nom').textContent = unread ? words.unread : words.write;
  one('[data-do="ecrire"]').classList.toggle('neuf', unread > 0);
}

one('[data-write]').addEventListener('submit', async (event) => {
  event.preventDefault();
  const field = event.target.elements.text;
  const text = field.value.trim();
  if (!text || !writing.possible) return;
  note({ writing: await writing.seal(text) });
  line(text, 'me');
  field.value = '';
  field.focus();
});

// --- what people do ----------------------------------------------------------------------------------------------

const trial = new Trial({ place: one('[data-trial]'), said: (text) => say('essai', text), words });

const does = {
  essai: () => trial.toggle().catch((error) => alertWith(words.devices[error.name] ?? words.devices.other)),
  son: () => { ringing = !ringing; press('son', ringing); if (ringing) chime(); },
  apercu: async () => {
    if (call?.camera) await call.setCamera(false);
    else await open('cam');
    showDevices();
  },
  admettre: async () => { await enter(true); signal.send({ kind: 'admit' }); },
  entrer: () => enter(true),
  'entrer-muet': () => enter(false),
  accepter: () => { accepted = true; proceed(); },
  micro: async () => {
    if (!voice) return open('mic');
    await call.setMicrophone(false);
    voice = false;
    showDevices();
  },
  camera: async () => {
    if (!call.camera) return open('cam');
    await call.setCamera(false);
    showDevices();
  },
  voix: async () => {
    soundOnly = !soundOnly;
    press('voix', soundOnly);
    if (soundOnly) await call.setCamera(false);
    showDevices();
    sayRoom();
  },
  ecrire: () => {
    const panel = one('[data-writing]');
    panel.hidden = !panel.hidden;
    one('[data-do="ecrire"]').setAttribute('aria-expanded', String(!panel.hidden));
    unread = 0;
    sayUnread();
    if (!panel.hidden) panel.querySelector('textarea').focus();
  },
  confidentialite: () => one('[data-privacy]').showModal(),
  fermer: () => one('[data-privacy]').close(),
  partir: () => {
    signal.send({ kind: 'leave' });
    signal.close();
    end(words.endTitle, words.end);
  },
  revenir: () => location.reload(),
};

root.addEventListener('click', (event) => {
  const button = event.target.closest('[data-do]');
  if (button && !button.disabled) does[button.dataset.do]?.();
});

/** Quick exit, and leaving the page: devices first. */
function leaveNow() {
  signal.send({ kind: 'leave' });
  signal.close();
  trial.close();
  call?.close();
}
document.addEventListener('quitter', leaveNow);
addEventListener('pagehide', () => { signal.close(); call?.close(); trial.close(); });
setInterval(sayWaiting, 20_000);
signal.open();
