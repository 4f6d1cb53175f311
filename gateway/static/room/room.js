// The room's page: the thread from signalling to each conversation, and what each button does.

import { chat } from './chat.js';
import { Devices } from './devices.js';
import { door } from './door.js';
import { canCall, canSeal } from './e2ee.js';
import { wordsOf } from './exchange.js';
import { guests } from './guests.js';
import { NO_PICTURE } from './ladder.js';
import { leaving } from './leaving.js';
import { Other } from './other.js';
import { alertWith, all, me, one, person, press, professional, refusal, root, say, scene, show, unfold, words } from './page.js';
import { plan } from './plan.js';
import { choose, listen, Trial, tryPaths } from './preflight.js';
import { stayAwake, tellSoftly, told, wakeSound } from './quiet.js';
import { Signal } from './signal.js';
import { called, draw, forget, level, mirror, play } from './stage.js';

const ENDED = 4401; // the session is over: a quick exit elsewhere, or a revoked link
const LATE = 7 * 60; // seconds past the hour after which the desk knows (care.md 8)
const AGAIN = [0, 500, 1000, 2000];

let seats = [];
let ice = [];
let lastEpoch = 0;
let entering = false; // this page was touched: it may be heard and seen
let accepted = false; // going on without end-to-end encryption was chosen here
let ringing = false;
let failures = 0;
let lastProblem = null;
let soundOnly = false;
let taken = false; // a telephone call has our microphone
let visit = { late: Number(root.dataset.late ?? 0), arrived: 'arrived' in root.dataset }; // and then as the house tells it

const main = root.dataset.main;
const others = new Map();
const signal = new Signal(new URL(root.dataset.socket, location.href.replace(/^http/, 'ws')));
const devices = new Devices();
const trial = new Trial();
const capable = await canSeal();

const mine = () => seats.find((seat) => seat.seat === me);
const inside = () => ['admitted', 'in_room'].includes(mine()?.state);
const present = () => [...others.values()].filter((other) => other.here && (other.inside || other.seat === main));
const theOther = () => other(main);

function other(seat) {
  if (!others.has(seat)) others.set(seat, made(seat));
  return others.get(seat);
}

function made(seat) {
  const one = new Other({ seat, capable, calls: canCall, send: (message) => signal.send(message), devices });
  one.accepted = accepted;
  const on = (kind, does) => one.addEventListener(kind, ({ detail }) => does(one, detail));
  on('agreed', agreed);
  on('told', heardFrom);
  on('heard', play);
  on('quality', measured);
  on('rung', () => sayDevices());
  on('sealed', counted);
  on('stalled', stalled);
  on('leak', () => stopAll(words.leakTitle, words.leak));
  return one;
}

// --- what is said ----------------------------------------------------------------------------------------------

function sayWaiting() {
  const late = (Date.now() - Date.parse(root.dataset.starts)) / 1000;
  const here = others.get(main)?.here;
  if (professional) {
    one('[data-do="admettre"]').disabled = !(here && theOther().state === 'waiting');
    say('attente', here ? words.waitsForYou : words.notHereYet);
  } else if (here) say('attente', words.willOpen);
  else if (late > LATE && visit.arrived) say('attente', words.deskKnows);
  else if (visit.late > 0) say('attente', words.late);
  else if (late > 60) say('attente', words.soon);
}

function sayRoom() {
  const of = theOther();
  const gone = !of.here || !of.inside;
  const left = of.left === 'quick' ? words.leftQuickly : words.left;
  const together = others.size > 1 && present().length > 1 ? words.threeTogether : words.together;
  const met = of.connected ? together : of.calls ? words.joining : words.byWriting;
  say('salle', gone ? (of.state === 'left' ? left : words.away) : met);
  root.dataset.left = gone && of.state === 'left' ? of.left ?? 'left' : '';
  if (gone) for (const word of all('[data-quality], [data-their-way]')) word.hidden = true;
  plan.told({ gone: gone && scene() === 'salle', left: of.state === 'left', quickly: of.left === 'quick' });
  draw([...others.values()], { soundOnly });
  sayMeans();
}

/** What nobody here could hear or see has no button; what is written is told as it is sealed, or not. */
function sayMeans() {
  const there = present();
  const heard = canCall && (there.length === 0 || there.some((other) => other.calls));
  for (const what of ['micro', 'camera', 'voix']) one(`[data-do="${what}"]`).hidden = !heard;
  const clear = there.some((other) => other.inClear);
  for (const what of ['ecrits', 'plan']) if (clear) say(`secret-${what}`, words.secret[what]);
}

/** Tell each other what of ours is open, or only `some`, and show it here. */
function sayDevices(some = [...others.values()]) {
  press('micro', devices.voice || (taken && Boolean(devices.audio?.enabled)));
  press('camera', Boolean(devices.video));
  mirror(devices, scene() === 'salle');
  for (const one of some) {
    const weak = one.call?.rung === NO_PICTURE && Boolean(devices.video);
    one.note({ media: { mic: devices.voice, cam: Boolean(devices.video) && !weak, soundOnly, taken, weak } });
  }
  const held = [...others.values()].some((one) => one.call?.rung === NO_PICTURE);
  one('[data-held]').hidden = !(devices.video && held);
}

devices.addEventListener('changed', async () => {
  for (const one of others.values()) {
    one.call?.carry('audio').catch(report);
    one.call?.carry('video').catch(report);
  }
  sayDevices();
  one('[data-do="retourner"]').hidden = !devices.video || (await devices.cameras()) < 2;
});
devices.addEventListener('lost', () => alertWith(words.micLost));
devices.addEventListener('taken', ({ detail }) => {
  taken = detail;
  alertWith(taken ? words.telephoneHasMic : null);
  sayDevices();
});

// --- signalling ------------------------------------------------------------------------------------------------

let turn = Promise.resolve();
signal.addEventListener('message', ({ detail }) => { turn = turn.then(() => hear(detail)).catch(report); });
signal.addEventListener('lost', () => {
  for (const one of others.values()) one.greeted = false;
  interrupted();
});
signal.addEventListener('refused', ({ detail }) => {
  end(words.refusedTitle, detail === ENDED ? words.sessionEnded : lastProblem ?? words.refused, { asked: false });
});

async function hear(message) {
  if (message.seats) seats = message.seats;
  if (message.kind === 'welcome') await welcome(message);
  else if (message.kind === 'seats') await seated();
  else if (message.kind === 'peer') await heardNote(other(message.seat ?? main), message.data);
  else if (message.kind === 'offer') other(message.seat ?? main).call?.answer(message).catch(report);
  else if (message.kind === 'visit') { visit = message.data; sayWaiting(); }
  else if (message.kind === 'problem') problem(message.code);
}

async function welcome({ data, epoch }) {
  one('[data-link]').textContent = words.linked;
  one('[data-link]').classList.add('sauge');
  ice = data.ice_servers ?? [];
  lastEpoch = Math.max(lastEpoch, epoch ?? 0);
  await seated();
}

async function seated() {
  for (const seat of seats.filter((seat) => seat.seat !== me)) {
    const one = other(seat.seat);
    const before = one.inside;
    const wasHere = one.here;
    one.seen(seat);
    if (seat.state !== 'left') one.left = null;
    if (one.here && (await one.greet())) sayDevices([one]);
    if (one.inside && !before && one.result) proceed(one);
    if (!one.here && wasHere) forget(one.seat);
    if (professional && seat.state === 'waiting' && one.here && !wasHere) tellSoftly(ringing);
    if (!professional && one.seat === main && one.here && !wasHere && scene() === 'attente') tellSoftly(ringing);
  }
  if (inside() && !professional && !entering && scene() === 'attente') {
    show('porte');
    tellSoftly(ringing);
  }
  if (professional && theOther().inside && entering && scene() === 'attente') {
    if (theOther().result) proceed(theOther());
    else show('salle');
  }
  if (theOther().state === 'left') rejoined(); // whoever left is not being waited for
  guests.seen(others.get('guest'));
  sayWaiting();
  sayRoom();
  sayCode();
}

async function heardNote(from, data) {
  await from.hear(data);
  if (data.media || data.left) sayRoom();
}

function heardFrom(from, what) {
  if (what.text !== undefined) chat.heard(from, String(what.text));
  if (what.writing !== undefined) chat.typing(from, what.writing);
  if (what.speaks) door.heard(from, what.speaks);
  if (what.plan || what.asksPlan) plan.heard(from, what);
  if (what.name) {
    takeName(from, String(what.name).slice(0, 60));
  }
  if (what.salts) {
    from.salts = what.salts;
    sayCode();
  }
}

function takeName(from, name) {
  from.name = name;
  called(from.seat, name);
  guests.seen(others.get('guest'));
}

function problem(code) {
  lastProblem = words.refusals[code] ?? null;
  if (lastProblem) alertWith(lastProblem);
}

// --- keys ------------------------------------------------------------------------------------------------------

async function agreed(with_, result) {
  if (result.refused) return stopAll(words.leakTitle, words.keyRefused);
  chat.possible([...others.values()].some((one) => one.hears));
  guests.say([with_]);
  door.tell([with_]);
  shareSalts(with_);
  await sayCode();
  if (entering) proceed(with_);
}

/** Each tells each, under their keys, which agreements it has with the others: the words then cover every key. */
function shareSalts(with_) {
  if (others.size < 2) return;
  const known = with_.shared === with_.result; // met again under the same keys: the others have been told
  with_.shared = with_.result;
  for (const one of others.values()) {
    if (!one.sealed || (known && one !== with_)) continue;
    const rest = [...others.values()].filter((third) => third !== one && third.sealed);
    one.tell({ salts: Object.fromEntries(rest.map((third) => [third.seat, [...third.result.salt]])) });
  }
}

/** The lock and its four words, or the plain sentence; neither while it is not known. */
async function sayCode() {
  const there = present().filter((one) => one.result);
  const sealed = there.length > 0 && there.every((one) => one.sealed);
  const salts = sealed ? allSalts(there) : null;
  one('[data-clear]').hidden = there.length === 0 || there.every((one) => one.sealed);
  one('[data-lock]').hidden = !salts;
  if (!salts) return;
  const four = await wordsOf(salts);
  one('[data-four]').replaceChildren(...four.map((word) => Object.assign(document.createElement('li'), { textContent: word })));
}

/** Every agreement of the room; null while the two others have not told the same of theirs. */
function allSalts(there) {
  const ours = there.map((one) => one.result.salt);
  if (there.length < 2) return ours;
  const [a, b] = there;
  const [fromA, fromB] = [a.salts?.[b.seat], b.salts?.[a.seat]];
  if (!Array.isArray(fromA) || !Array.isArray(fromB) || fromA.join() !== fromB.join()) return null;
  return [...ours, Uint8Array.from(fromA)];
}

function proceed(with_) {
  if (!entering || !inside() || !with_.result || with_.result.refused) return;
  if (!with_.inside && with_.seat !== main) return;
  if (!with_.sealed && !accepted) return show('accord');
  show('salle');
  if (!with_.calls) return byWriting(with_);
  with_.prepare(ice, lastEpoch);
  with_.join();
}

/** One of the two browsers has no way for voice and picture: they write to each other. */
function byWriting(with_) {
  with_.close();
  if (!present().some((other) => other.calls)) devices.close();
  if (with_.seat === main && root.dataset.mode !== 'ecrit') chat.whole(true);
  sayDevices();
  sayRoom();
}

/** Going on without end-to-end encryption was chosen. */
function accept() {
  accepted = true;
  for (const one of others.values()) one.accept();
  chat.possible([...others.values()].some((one) => one.hears));
  guests.say([...others.values()]);
  door.tell([...others.values()]);
  for (const one of others.values()) proceed(one);
}

// --- the call --------------------------------------------------------------------------------------------------

function measured(of, detail) {
  level(of.seat, detail);
  if (of.connected) {
    one('[data-link]').textContent = words.linked;
    one('[data-link]').classList.add('sauge');
    rejoined();
    if (of.seat === main) failures = 0;
    plan.together();
  }
  sayRoom();
}

function rejoined() {
  one('[data-cut]').hidden = true;
  root.dataset.cut = '';
}

function counted(of, detail) {
  if (of.seat !== main) return;
  root.dataset.sealedAudio = detail.sealed.audio;
  root.dataset.sealedVideo = detail.sealed.video;
  root.dataset.refusedVideo = detail.refused.video;
}

function stalled(of) {
  if (scene() !== 'salle' || !of.here || !of.inside) return;
  if (of.seat === main) interrupted();
  of.againIn(AGAIN[Math.min(Math.max(failures - 1, 0), AGAIN.length - 1)]);
}

function interrupted() {
  one('[data-link]').textContent = words.relinking;
  one('[data-link]').classList.remove('sauge');
  if (scene() !== 'salle' || theOther().connected || theOther().state === 'left') return;
  failures += 1;
  root.dataset.cut = failures < 2 ? 'once' : 'again';
  one('[data-cut]').hidden = false;
  one('[data-cut-phone]').hidden = failures < 2;
}

async function enter(speaks) {
  entering = true;
  wakeSound();
  told();
  alertWith();
  trial.close();
  stayAwake();
  if (speaks) door.choose(speaks);
  if (canCall && (speaks === 'oui' || speaks === 'bas')) await open('voice');
  for (const one of others.values()) proceed(one);
}

async function open(device) {
  try {
    if (device === 'voice') await devices.setVoice(true);
    else await devices.setCamera(true);
    alertWith();
  } catch (error) {
    alertWith(refusal(error, device), { write: device === 'voice' });
  }
}

function stopAll(title, text) {
  signal.send({ kind: 'leave' });
  signal.close();
  end(title, text, { asked: false });
}

function end(title, text, { asked = true } = {}) {
  closeAll();
  entering = false;
  chat.empty();
  plan.forget();
  say('fin-titre', title);
  say('fin', text);
  show('fin');
  leaving.ask(asked);
}

function closeAll() {
  for (const one of others.values()) one.close();
  devices.close();
  trial.close();
}

function report(error) {
  console.warn('room', error?.name ?? 'error', error?.message ?? '');
}

// --- what people do ----------------------------------------------------------------------------------------------

const tell = (what) => { for (const one of present()) one.tell(what); };
door.start({ others, devices, tell, phone: () => plan.ask(), voice: () => canCall && open('voice') });
chat.start({ tell });
plan.start({ tell });
guests.start({ others });

const does = {
  essai: () => trial.toggle(),
  ecoute: () => listen(),
  chemins: () => tryPaths({ signal, ice }),
  'sans-image': () => { soundOnly = true; press('voix', true); choose('sans-image', devices); },
  'avec-image': () => { soundOnly = false; press('voix', false); choose('avec-image', devices); },
  son: () => { ringing = !ringing; press('son', ringing); if (ringing) wakeSound(); },
  apercu: async () => { if (devices.video) await devices.setCamera(false); else await open('camera'); },
  admettre: async () => { await enter('oui'); signal.send({ kind: 'admit', seat: main }); },
  'admettre-tiers': () => signal.send({ kind: 'admit', seat: 'guest' }),
  entrer: () => enter('oui'),
  'entrer-bas': () => enter('bas'),
  'entrer-muet': () => enter('ecrit'),
  'entrer-telephone': () => enter('telephone'),
  accepter: accept,
  micro: async () => { if (devices.audio?.enabled) await devices.setVoice(false); else await open('voice'); },
  camera: async () => { if (devices.video) await devices.setCamera(false); else await open('camera'); },
  retourner: () => devices.flip().catch((error) => alertWith(refusal(error, 'camera'))),
  voix: async () => {
    soundOnly = !soundOnly;
    press('voix', soundOnly);
    if (soundOnly) await devices.setCamera(false);
    sayDevices();
    sayRoom();
  },
  confidentialite: () => one('[data-privacy]').showModal(),
  fermer: (button) => button.closest('dialog').close(),
  'fermer-alerte': () => alertWith(),
  'plutot-ecrire': () => {
    alertWith();
    if (professional) chat.open(true);
    else door.choose('ecrit');
  },
  partir: () => {
    signal.send({ kind: 'leave' });
    signal.close();
    end(words.endTitle, words.end);
  },
  revenir: () => location.reload(),
  preparer: () => unfold(one('[data-prepare]'), one('[data-prepare]').hidden, 'preparer'),
  ...door.does,
  ...chat.does,
  ...plan.does,
  ...guests.does,
};

root.addEventListener('click', (event) => {
  const button = event.target.closest('[data-do]');
  if (button && !button.disabled) Promise.resolve(does[button.dataset.do]?.(button)).catch(report);
});

/** Quick exit, and leaving the page: devices first; the other is told that it was quick, so that nobody rings. */
function leaveNow() {
  closeAll();
  for (const one of others.values()) one.note({ left: 'quick' });
  signal.send({ kind: 'leave' });
  signal.close();
}
document.addEventListener('quitter', leaveNow);
addEventListener('pagehide', () => { signal.close(); closeAll(); });
addEventListener('pageshow', ({ persisted }) => persisted && location.reload()); // back to a page that was put away: it is closed
addEventListener('focus', told);
setInterval(sayWaiting, 20_000);
if (!canCall) {
  for (const button of all('[data-do="entrer"], [data-do="entrer-bas"], [data-do="apercu"]')) button.hidden = true;
  alertWith(words.noCalls);
}
if (person || me === 'guest') other(main);
signal.open();
