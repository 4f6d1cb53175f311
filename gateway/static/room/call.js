// One conversation: a connection per epoch, the earlier one kept until the new one carries, and the ladder of our picture.

import { Connection } from './connection.js';
import { encoding, FIRST, NO_PICTURE, step } from './ladder.js';
import { Patience } from './patience.js';

const STALLED = 2; // seconds without a packet
const QUIET = 5; // the same, for one that is kept while another is made: it may come back first
const OVERLAP = 6000; // ms; a node keeps the earlier pair a little longer
const LAST_WORDS = 400; // ms; what is still on its way by the earlier connection

const nothingYet = () => ({ packets: 0, still: 0, lost: 0 });

/** Dispatches `heard` (detail: stream), `quality` (detail: good, fair, poor), `rung`, `stalled`, `leak`, `sealed` (detail: counts). */
export class Call extends EventTarget {
  epoch = 0;
  rung = FIRST.rung;
  keys = null; // null: agreed to go without end-to-end encryption
  #sealing;
  #send;
  #ice;
  #devices;
  #now = null;
  #before = null; // carries until the new one does
  #pictureAllowed = true;
  #watching = null;
  #last = nothingYet();
  #ladder = FIRST;
  #patience = new Patience();

  constructor({ sealing, send, ice, devices }) {
    super();
    this.#sealing = sealing;
    this.#send = send;
    this.#ice = ice;
    this.#devices = devices;
  }

  get connected() {
    return Boolean((this.#before ?? this.#now)?.connected) && this.#last.packets > 0 && this.#last.still < STALLED;
  }

  /** Answer the room's offer with a new connection; one that carried a moment ago is kept until the new one does. */
  async answer(offer) {
    const carried = this.#before ?? this.#now;
    const kept = carried?.open && this.#last.packets > 0 && this.#last.still < QUIET ? carried : null;
    this.#end(kept);
    const connection = new Connection({ ice: this.#ice, sealing: this.keys ? this.#sealing : null, send: this.#send });
    this.#now = connection;
    this.#before = kept;
    this.epoch = offer.epoch;
    connection.addEventListener('failed', () => this.#failed(connection));
    connection.addEventListener('leak', () => this.#leaked());
    connection.addEventListener('vouched', () => { this.carry('audio'); this.carry('video'); });
    connection.addEventListener('sealed', ({ detail }) => {
      if (connection === this.#now) this.dispatchEvent(new CustomEvent('sealed', { detail }));
    });
    await connection.answer(offer, this.keys);
    if (connection !== this.#now) return;
    if (!kept) this.#show(connection);
    if (kept) this.#takeOver(connection, kept);
    clearInterval(this.#watching);
    this.#watching = setInterval(() => this.#watch(), 1000);
    await Promise.all([this.#carryBy(connection, 'audio'), this.#carryBy(connection, 'video')]);
  }

  /** The other asked for sound only: our picture stays here. */
  async allowPicture(allowed) {
    if (this.#pictureAllowed === allowed) return;
    this.#pictureAllowed = allowed;
    await this.carry('video');
  }

  close() {
    this.#letGo();
    this.#end(null);
  }

  /** Send the device as it is now. */
  async carry(kind) {
    await Promise.all([this.#before, this.#now].map((connection) => connection && this.#carryBy(connection, kind)));
  }

  /** The voice goes first; the picture takes what its rung allows. */
  #carryBy(connection, kind) {
    const tuned = (settings) =>
      kind === 'audio' ? { priority: 'high', networkPriority: 'high' } : encoding(this.rung, settings);
    return connection.carry(kind, () => this.#wanted(kind), tuned);
  }

  #wanted(kind) {
    if (kind === 'video' && (!this.#pictureAllowed || this.rung === NO_PICTURE)) return null;
    return this.#devices[kind];
  }

  /** Make before break: from the moment the new connection carries both ways, it is the one that is heard and seen. */
  async #takeOver(connection, kept) {
    const shown = (await kept.reading()).frames;
    const deadline = performance.now() + OVERLAP;
    while (connection === this.#now && kept === this.#before && performance.now() < deadline) {
      if (await connection.carries({ pictures: (await kept.reading()).frames > shown })) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (connection !== this.#now || kept !== this.#before) return;
    this.#show(connection);
    await new Promise((resolve) => setTimeout(resolve, LAST_WORDS));
    const { packets, lost } = await connection.reading();
    if (connection !== this.#now || kept !== this.#before) return;
    this.#last = { ...nothingYet(), packets, lost };
    this.#letGo();
  }

  /** The earlier connection is over. */
  #letGo() {
    this.#before?.close();
    this.#before = null;
  }

  #show(connection) {
    this.dispatchEvent(new CustomEvent('heard', { detail: connection.stream }));
  }

  #failed(connection) {
    if (connection === this.#before) this.#instead();
    else if (connection === this.#now) this.dispatchEvent(new Event('stalled'));
  }

  /** What was kept has fallen silent too: the new connection is all there is. */
  #instead() {
    this.#letGo();
    this.#last = nothingYet();
    this.#patience.begin();
    if (this.#now) this.#show(this.#now);
  }

  /** Something left in clear: nothing more leaves. */
  #leaked() {
    this.close();
    this.dispatchEvent(new Event('leak'));
  }

  async #watch() {
    const { now, before } = { now: this.#now, before: this.#before };
    for (const connection of [before, now]) if (await connection?.leaking()) return;
    const carrying = before ?? now;
    const read = await carrying?.reading();
    if (read && now === this.#now && before === this.#before) this.#read(read);
  }

  #read({ packets, lost, delay, bitrate, lossThere }) {
    const last = this.#last;
    const still = packets > last.packets || packets === 0 ? 0 : last.still + 1;
    const share = Math.max(0, lost - last.lost) / Math.max(1, packets - last.packets + lost - last.lost);
    this.#last = { packets, lost, still };
    const late = this.#patience.over(packets);
    const worst = Math.max(share, lossThere);
    const lower = this.rung > 0 && !this.#ladder.starting;
    const level = still || worst > 0.1 || delay > 0.6 || this.rung === NO_PICTURE ? 'poor' : worst > 0.03 || delay > 0.3 || lower ? 'fair' : 'good';
    this.dispatchEvent(new CustomEvent('quality', { detail: level }));
    if (this.#devices.video && this.#pictureAllowed) this.#climb({ bitrate, loss: lossThere, delay });
    if (still === QUIET && this.#before) return this.#instead();
    if (still === STALLED || late) this.dispatchEvent(new Event('stalled'));
  }

  #climb(reading) {
    this.#ladder = step(this.#ladder, reading);
    if (this.#ladder.rung === this.rung) return;
    this.rung = this.#ladder.rung;
    this.dispatchEvent(new Event('rung'));
    this.carry('video');
  }

  /** Every connection but the one that is kept is over. */
  #end(kept) {
    clearInterval(this.#watching);
    for (const connection of [this.#before, this.#now]) if (connection !== kept) connection?.close();
    this.#now = null;
    if (kept) return;
    this.#last = nothingYet();
    this.#patience.begin();
    this.rung = FIRST.rung;
    this.#ladder = FIRST;
  }
}
