// One websocket to the room: a heart-beat every 2 s, and the same seat again when it is lost.

const BEAT = 2000;
const MISSED = 2;
const OPENS = 3000; // ms; an address that does not answer is knocked at again
const BACK_OFF = [0, 500, 1000, 2000];

/** Dispatches `message` (detail: what came, but heart-beats), `anything` (detail: what came), `lost`, and `refused` when the room will not have us back. */
export class Signal extends EventTarget {
  #url;
  #socket = null;
  #tries = 0;
  #heard = 0;
  #beating = null;
  #retry = null;
  #closed = false;

  constructor(url) {
    super();
    this.#url = url;
    addEventListener('online', () => this.#atOnce());
    document.addEventListener('resume', () => this.#beating && this.#beat()); // a lid was opened again
  }

  open() {
    if (this.#closed) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#heard = performance.now();
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      clearTimeout(this.#retry);
      this.#heard = performance.now();
      this.#tries = 0;
      const message = JSON.parse(data);
      this.dispatchEvent(new CustomEvent('anything', { detail: message }));
      if (message.kind !== 'beat') this.dispatchEvent(new CustomEvent('message', { detail: message }));
    };
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(code);
    clearInterval(this.#beating);
    this.#beating = setInterval(() => this.#beat(), BEAT);
    this.#retry = setTimeout(() => socket.readyState === WebSocket.CONNECTING && this.#silent(), OPENS);
  }

  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  close() {
    this.#closed = true;
    clearInterval(this.#beating);
    clearTimeout(this.#retry);
    this.#socket?.close(1000);
  }

  #beat() {
    if (performance.now() - this.#heard > BEAT * MISSED + 500) {
      this.#silent();
    } else {
      this.send({ kind: 'beat' });
    }
  }

  #silent() {
    const silent = this.#socket;
    this.#socket = null;
    silent?.close();
    this.#lost(1006);
  }

  /** The network is back: no need to wait for the next try. */
  #atOnce() {
    if (this.#closed || this.#socket?.readyState === WebSocket.OPEN) return;
    clearTimeout(this.#retry);
    const late = this.#socket;
    this.#socket = null;
    late?.close();
    this.open();
  }

  #lost(code) {
    clearInterval(this.#beating);
    clearTimeout(this.#retry);
    if (this.#closed) return;
    if (code >= 4000 && code < 4500) {
      this.#closed = true;
      this.dispatchEvent(new CustomEvent('refused', { detail: code }));
      return;
    }
    this.dispatchEvent(new Event('lost'));
    const wait = BACK_OFF[Math.min(this.#tries++, BACK_OFF.length - 1)];
    this.#retry = setTimeout(() => this.open(), wait);
  }
}
