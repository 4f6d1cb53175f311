// Agrees on keys with the other browser through a server that is not trusted with them.
// Each side first commits to its key and a fresh nonce, and reveals them only once it holds the other's commitment
// (as ZRTP, RFC 6189 §4.4.1.1): without it a server in the middle could search for keys that give the same words.

import { WORDS } from './words.js';

const encoder = new TextEncoder();

export class Exchange {
  #pair = null;
  #raw = null;
  #open = null; // { page, round, nonce, commitment, theirs }
  #round = 0;
  #mine;
  #send;
  #agreed;

  /** `send(data)` carries to the other browser; `agreed(result)` hears `{ sealed, secret, salt, … }` or `{ refused }`. */
  constructor({ capable, calls = true, send, agreed }) {
    this.page = text(crypto.getRandomValues(new Uint8Array(12)));
    this.capable = capable;
    this.calls = calls; // false: this browser, or theirs, has no way for voice and picture
    this.#mine = calls;
    this.result = null;
    this.#send = send;
    this.#agreed = agreed;
  }

  /** Say hello; safe to repeat whenever the other appears. */
  async greet(reply = false) {
    await this.#makeKeys();
    this.#send({ step: 'hello', page: this.page, capable: this.capable, calls: this.#mine, reply });
  }

  async hear(data) {
    if (data.step === 'hello') await this.#hello(data);
    else if (data.step === 'commit') await this.#commit(data);
    else if (data.step === 'reveal') await this.#reveal(data);
  }

  async #hello({ page, capable, calls = true, reply }) {
    this.calls = this.#mine && calls;
    if (!reply) await this.greet(true);
    if (!this.capable || !capable) {
      this.result = { sealed: false, page };
      await this.#agreed(this.result);
    } else if (this.result?.sealed && this.result.page === page) {
      await this.#agreed(this.result);
    } else if (this.#open?.page === page && !this.#open.theirs) {
      this.#sendCommitment();
    } else {
      await this.#begin(page, this.#round + 1);
    }
  }

  async #begin(page, round) {
    await this.#makeKeys();
    this.#round = round;
    this.result = null;
    const nonce = crypto.getRandomValues(new Uint8Array(32));
    this.#open = { page, round, nonce, commitment: await commitment(this.#raw, nonce), theirs: null };
    this.#sendCommitment();
  }

  #sendCommitment() {
    const { round, commitment: commit } = this.#open;
    this.#send({ step: 'commit', page: this.page, round, commit: text(commit) });
  }

  async #commit({ page, round, commit }) {
    if (!this.capable) return;
    if (!this.#open || round > this.#round) await this.#begin(page, round);
    if (round !== this.#round || this.#open.theirs) return;
    this.#open.theirs = commit;
    this.#open.page = page;
    this.#send({ step: 'reveal', page: this.page, round, key: text(this.#raw), nonce: text(this.#open.nonce) });
  }

  async #reveal({ page, round, key, nonce }) {
    const open = this.#open;
    if (!open || round !== open.round || page !== open.page || this.result) return;
    const theirs = bytes(key);
    const theirNonce = bytes(nonce);
    if (!open.theirs || text(await commitment(theirs, theirNonce)) !== open.theirs) return this.#refuse();
    this.result = { sealed: true, page, ...(await this.#derive(theirs, theirNonce)) };
    await this.#agreed(this.result);
  }

  /** A key that nothing announced, or not the one that was announced: somebody stands in between. */
  async #refuse() {
    this.#open = null;
    this.result = { refused: true };
    await this.#agreed(this.result);
  }

  async #derive(theirs, theirNonce) {
    const algorithm = { name: 'X25519' };
    const their = await crypto.subtle.importKey('raw', theirs, algorithm, false, []);
    const bits = await crypto.subtle.deriveBits({ name: 'X25519', public: their }, this.#pair.privateKey, 256);
    const secret = await crypto.subtle.importKey('raw', bits, 'HKDF', false, ['deriveKey']);
    const salt = await sha256(joined(...[joined(this.#raw, this.#open.nonce), joined(theirs, theirNonce)].sort(inOrder)));
    return { secret, salt, mine: this.#raw, theirs };
  }

  async #makeKeys() {
    if (this.#pair || !this.capable) return;
    this.#pair = await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits']);
    this.#raw = new Uint8Array(await crypto.subtle.exportKey('raw', this.#pair.publicKey));
  }
}

/** Four words over every agreement of the room: the same on all screens, or somebody stands in between. */
export async function wordsOf(salts) {
  const code = await sha256(joined(encoder.encode('la veilleuse, words, '), ...[...salts].sort(inOrder)));
  return [...code.slice(0, 4)].map((one) => WORDS[one]);
}

function commitment(key, nonce) {
  return sha256(joined(encoder.encode('la veilleuse, commitment, '), key, nonce));
}

async function sha256(data) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', data));
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function inOrder(a, b) {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

const text = (data) => btoa(String.fromCharCode(...data));
const bytes = (encoded) => Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
