// One other seat of the room: its keys agreed with us, what it told us, and the conversation with it.

import { Call } from './call.js';
import { Sealing } from './e2ee.js';
import { Exchange } from './exchange.js';
import { Writing } from './writing.js';

const HELD = 50;

/** Dispatches `agreed`, `told` (detail: what), and those of its call: `heard`, `quality`, `rung`, `sealed`, `stalled`, `leak`. */
export class Other extends EventTarget {
  state = 'waiting';
  here = false;
  greeted = false;
  media = { mic: false, cam: false, soundOnly: false };
  call = null;
  accepted = false; // going on without end-to-end encryption was chosen here
  salts = null; // of its agreements with the rest of the room, as it told us under our keys
  #send;
  #turn = Promise.resolve();
  #retry = null;
  #held = []; // said in clear before that was accepted here

  /** `send(message)` reaches the room; notes are addressed to this seat. */
  constructor({ seat, capable, calls, send, devices }) {
    super();
    this.seat = seat;
    this.#send = (message) => send({ ...message, seat });
    this.devices = devices;
    this.writing = new Writing();
    this.exchange = new Exchange({
      capable,
      calls,
      send: (exchange) => this.#send({ kind: 'peer', data: { exchange } }),
      agreed: (result) => this.#agreed(result),
    });
  }

  get inside() {
    return this.state === 'admitted' || this.state === 'in_room';
  }

  get result() {
    return this.exchange.result;
  }

  get sealed() {
    return this.result?.sealed === true;
  }

  /** Voice and picture have a way, here and there. */
  get calls() {
    return this.exchange.calls;
  }

  /** Words can go to this seat: sealed, or in clear where both could do no better and that was accepted. */
  get hears() {
    return this.writing.possible || this.inClear;
  }

  get inClear() {
    return this.accepted && this.result?.sealed === false;
  }

  get connected() {
    return this.call?.connected ?? false;
  }

  /** What the room says of this seat now. */
  seen({ state, here }) {
    this.state = state;
    this.here = here;
    if (!here) this.greeted = false;
    if (state === 'left') this.close();
  }

  async greet() {
    if (this.greeted) return false;
    this.greeted = true;
    await this.exchange.greet();
    return true;
  }

  /** Plain states of devices: what the network can guess anyway. */
  note(data) {
    this.#send({ kind: 'peer', data });
  }

  /** Words, plans and wishes: sealed; in clear only where that was accepted; or not sent at all. */
  tell(told) {
    this.#turn = this.#turn.then(async () => {
      if (this.writing.possible) this.#send({ kind: 'peer', data: { sealed: await this.writing.seal(told) } });
      else if (this.inClear) this.#send({ kind: 'peer', data: { clear: told } });
    });
    return this.#turn;
  }

  /** Going on in clear was chosen: what was said meanwhile is heard. */
  accept() {
    this.accepted = true;
    for (const told of this.#held.splice(0)) this.#heardInClear(told);
  }

  async hear(data) {
    if (data.exchange) await this.exchange.hear(data.exchange);
    if (data.sealed) {
      const told = await this.writing.open(data.sealed);
      if (told !== null) this.dispatchEvent(new CustomEvent('told', { detail: told }));
    }
    if (data.clear && typeof data.clear === 'object') this.#heardInClear(data.clear);
    if (data.media) {
      this.media = data.media;
      await this.call?.allowPicture(!data.media.soundOnly);
    }
    if (data.left) this.left = data.left;
  }

  /** Ready the conversation; the connection comes with the room's offer. */
  prepare(ice, epoch) {
    if (this.call) return;
    this.sealing = this.exchange.capable ? new Sealing() : null;
    this.call = new Call({ sealing: this.sealing, send: (message) => this.#send(message), ice, devices: this.devices });
    this.call.epoch = epoch;
    this.call.allowPicture(!this.media.soundOnly);
    for (const kind of ['heard', 'quality', 'rung', 'sealed', 'stalled', 'leak']) {
      this.call.addEventListener(kind, ({ detail }) => this.dispatchEvent(new CustomEvent(kind, { detail })));
    }
  }

  /** Take these keys into a new connection, unless one that works carries them already. */
  join() {
    const keys = this.sealed ? this.result : null;
    if (this.connected && this.call.keys === keys) return this.#send({ kind: 'ready' });
    this.call.keys = keys;
    this.again();
  }

  /** A new connection, with the keys at hand. */
  again() {
    this.#send({ kind: 'join', epoch: this.call.epoch });
  }

  /** The same, a moment later; each seat waits for itself, since two may fall silent at once. */
  againIn(ms) {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.again(), ms);
  }

  close() {
    clearTimeout(this.#retry);
    this.call?.close();
  }

  /** Nothing in clear is heard from one whose words come sealed. */
  #heardInClear(told) {
    if (this.inClear) this.dispatchEvent(new CustomEvent('told', { detail: told }));
    else if (this.result?.sealed === false && this.#held.length < HELD) this.#held.push(told);
  }

  async #agreed(result) {
    await this.writing.use(result);
    this.salts = null;
    this.dispatchEvent(new CustomEvent('agreed', { detail: result }));
  }
}
