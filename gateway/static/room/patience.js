// How long a new connection may take to bring its first packet: twice as long at each further try, since a slow phone or
// network that is only ever begun anew would never get there.

const FIRST = 8; // seconds
const LONGEST = 32;

export class Patience {
  #seconds = FIRST;
  #waited = 0;

  /** A new connection is made. */
  begin() {
    this.#waited = 0;
  }

  /** Asked once a second with the packets that came so far: whether it has run out. */
  over(packets) {
    if (packets) this.#seconds = FIRST;
    this.#waited = packets ? 0 : this.#waited + 1;
    if (this.#waited !== this.#seconds) return false;
    this.#seconds = Math.min(2 * this.#seconds, LONGEST);
    return true;
  }
}
