// Seals and opens one encoded frame: [clear bytes | AES-128-GCM | kind 1, epoch 3, counter 8].
// The clear bytes let the packetizer read what it must; they are authenticated all the same. The start code of a VP8 key
// frame, always the same three bytes, is blanked on the way: a decoder without the key then refuses the frame, where it
// would take one sealed frame in four for a picture of noise.

const KINDS = { audio: 1, video: 2 };
const TRAILER = 12;
const TAG = 16;
const WINDOW = 1024;
const KEY_FRAME_HEAD = 10;
const START_CODE = [0x9d, 0x01, 0x2a];
const START_CODE_AT = 3;
const encoder = new TextEncoder();

/** Bytes left readable: 1 of Opus, 10 of a VP8 key frame, 3 of any other (RFC 6386 §9.1). */
export function clearBytes(kind, bytes) {
  const wanted = kind === 'audio' ? 1 : (bytes[0] & 1) === 0 ? KEY_FRAME_HEAD : 3;
  return Math.min(wanted, bytes.length);
}

/** The key of one sender for one epoch. */
export function frameKey(secret, { salt, sender, epoch, usage }) {
  const label = encoder.encode(`la veilleuse, frames, ${epoch}, `);
  const info = new Uint8Array(label.length + sender.length);
  info.set(label);
  info.set(sender, label.length);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info }, secret, { name: 'AES-GCM', length: 128 }, false, [usage]);
}

/** Seal `bytes`; `counter` must never come twice under one key and kind. */
export async function seal(key, { kind, epoch, counter, bytes }) {
  const clear = clearBytes(kind, bytes);
  const head = bytes.subarray(0, clear);
  const trailer = writeTrailer(kind, epoch, counter);
  const body = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: trailer, additionalData: head }, key, bytes.subarray(clear));
  const sealed = new Uint8Array(clear + body.byteLength + TRAILER);
  sealed.set(head);
  if (clear === KEY_FRAME_HEAD) sealed.fill(0, START_CODE_AT, START_CODE_AT + START_CODE.length);
  sealed.set(new Uint8Array(body), clear);
  sealed.set(trailer, clear + body.byteLength);
  return sealed.buffer;
}

/** The trailer of a sealed frame, or null when there is none. */
export function readTrailer(bytes) {
  if (bytes.length < TRAILER + TAG) return null;
  const trailer = bytes.slice(bytes.length - TRAILER);
  const view = new DataView(trailer.buffer);
  return {
    iv: trailer,
    kind: trailer[0] === KINDS.audio ? 'audio' : trailer[0] === KINDS.video ? 'video' : null,
    epoch: view.getUint32(0) & 0xffffff,
    counter: view.getUint32(4) * 2 ** 32 + view.getUint32(8),
  };
}

/** Open a sealed frame; throws when it was not sealed under `key`. */
export async function open(key, { kind, bytes, trailer }) {
  const clear = clearBytes(kind, bytes);
  const head = bytes.slice(0, clear);
  if (clear === KEY_FRAME_HEAD) head.set(START_CODE, START_CODE_AT);
  const body = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: trailer.iv, additionalData: head }, key, bytes.subarray(clear, bytes.length - TRAILER));
  const opened = new Uint8Array(clear + body.byteLength);
  opened.set(head);
  opened.set(new Uint8Array(body), clear);
  return opened.buffer;
}

/** Remembers the last counters seen, so that a frame is never played twice. */
export class ReplayWindow {
  highest = -1;
  seen = new Set();

  allows(counter) {
    return counter > this.highest - WINDOW && !this.seen.has(counter);
  }

  mark(counter) {
    this.seen.add(counter);
    this.highest = Math.max(this.highest, counter);
    if (this.seen.size > 2 * WINDOW) {
      for (const old of this.seen) if (old <= this.highest - WINDOW) this.seen.delete(old);
    }
  }
}

function writeTrailer(kind, epoch, counter) {
  const trailer = new Uint8Array(TRAILER);
  const view = new DataView(trailer.buffer);
  view.setUint32(0, epoch);
  trailer[0] = KINDS[kind];
  view.setUint32(4, Math.floor(counter / 2 ** 32));
  view.setUint32(8, counter >>> 0);
  return trailer;
}
