// Seals every frame that leaves and opens every frame that comes, off the page's thread. Without a key nothing passes.

import { frameKey, open, readTrailer, ReplayWindow, seal } from './frames.js';

const nothing = () => ({ audio: 0, video: 0 });
const none = () => ({ sealed: nothing(), held: nothing(), opened: nothing(), refused: nothing() });
const lives = new Map(); // epoch → { sending, hearing, counts }, one for each connection: two while one takes over
let lastEpoch = 0;

onmessage = async ({ data }) => {
  if (data.kind === 'keys') await renew(data);
  if (data.kind === 'count') postMessage({ kind: 'count', id: data.id, counts: lives.get(data.epoch)?.counts ?? none() });
  if (data.kind === 'end') lives.delete(data.epoch);
};

onrtctransform = ({ transformer }) => {
  const { side, kind, epoch } = transformer.options;
  const transform = side === 'send' ? sealFrame : openFrame;
  transformer.readable
    .pipeThrough(new TransformStream({ transform: (frame, controller) => transform(lives.get(epoch), kind, frame, controller) }))
    .pipeTo(transformer.writable)
    .catch(() => {}); // the connection was closed under it
};

/** A new connection: new keys, counters from zero. An epoch that has been is refused, since it would repeat an IV. */
async function renew({ epoch, secret, salt, mine, theirs }) {
  if (epoch <= lastEpoch) return;
  lastEpoch = epoch;
  const hearing = { secret, salt, sender: theirs, epoch: -1, key: null, windows: null };
  const life = { sending: null, hearing, counts: none() };
  lives.set(epoch, life);
  const key = await frameKey(secret, { salt, sender: mine, epoch, usage: 'encrypt' });
  life.sending = { key, epoch, counters: nothing() };
  postMessage({ kind: 'renewed', epoch });
}

async function sealFrame(life, kind, frame, controller) {
  if (!life) return;
  const { sending, counts } = life;
  if (!sending) {
    counts.held[kind] += 1;
    return;
  }
  const counter = sending.counters[kind]++;
  frame.data = await seal(sending.key, { kind, epoch: sending.epoch, counter, bytes: new Uint8Array(frame.data) });
  counts.sealed[kind] += 1;
  controller.enqueue(frame);
}

async function openFrame(life, kind, frame, controller) {
  if (!life) return;
  const opened = await openedBytes(life.hearing, kind, new Uint8Array(frame.data));
  if (!opened) {
    life.counts.refused[kind] += 1;
    return;
  }
  frame.data = opened;
  life.counts.opened[kind] += 1;
  controller.enqueue(frame);
}

async function openedBytes(from, kind, bytes) {
  const trailer = readTrailer(bytes);
  if (!trailer || trailer.kind !== kind || trailer.epoch < from.epoch) return null;
  try {
    const next = trailer.epoch === from.epoch ? from : await epochOf(from, trailer.epoch);
    if (!next.windows[kind].allows(trailer.counter)) return null;
    const opened = await open(next.key, { kind, bytes, trailer });
    if (!next.windows[kind].allows(trailer.counter)) return null;
    next.windows[kind].mark(trailer.counter);
    if (next.epoch > from.epoch) Object.assign(from, next);
    return opened;
  } catch {
    return null;
  }
}

/** The other side's next epoch; it becomes theirs only once a frame has opened under it. */
async function epochOf(from, epoch) {
  if (from.coming?.epoch !== epoch) {
    const key = await frameKey(from.secret, { salt: from.salt, sender: from.sender, epoch, usage: 'decrypt' });
    const windows = { audio: new ReplayWindow(), video: new ReplayWindow() };
    from.coming = { epoch, key, windows };
  }
  return from.coming;
}
