// Ties a peer connection to the sealing worker, and tells at any time whether anything left unsealed.

const SLACK = { audio: 10, video: 5 }; // frames between two readings

/** False where voice and picture have no way at all (switched off by a policy, a hardened browser): words remain. */
export const canCall = 'RTCPeerConnection' in self;

/** True when this browser can agree on keys, and seal under them all that it can send. */
export async function canSeal() {
  if (canCall && !('RTCRtpScriptTransform' in self)) return false;
  if (!self.crypto?.subtle) return false;
  try {
    await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits']);
    return true;
  } catch {
    return false;
  }
}

/** The worker that seals and opens, for as long as the page lives. */
export class Sealing {
  #worker = new Worker(new URL('./e2ee-worker.js', import.meta.url), { type: 'module' });
  #asked = new Map();
  #next = 0;
  #epoch = 0;

  constructor() {
    this.#worker.onmessage = ({ data }) => {
      const key = data.kind === 'count' ? `count ${data.id}` : `renewed ${data.epoch}`;
      this.#asked.get(key)?.(data.counts);
      this.#asked.delete(key);
    };
  }

  /** New keys for a new connection; resolves, with its epoch, once the worker uses them. */
  async renew({ secret, salt, mine, theirs }) {
    const epoch = ++this.#epoch;
    const renewed = this.#answer(`renewed ${epoch}`);
    this.#worker.postMessage({ kind: 'keys', epoch, secret, salt, mine, theirs });
    await renewed;
    return epoch;
  }

  /** Must run inside the `track` event: later, Chromium sends in clear without an error. */
  attach({ transceiver, receiver, track }, epoch) {
    const kind = track.kind;
    receiver.transform = new RTCRtpScriptTransform(this.#worker, { side: 'receive', kind, epoch });
    transceiver.sender.transform = new RTCRtpScriptTransform(this.#worker, { side: 'send', kind, epoch });
  }

  /** Frames of one connection sealed, held for want of a key, opened and refused. */
  counts(epoch) {
    const id = this.#next++;
    const counted = this.#answer(`count ${id}`);
    this.#worker.postMessage({ kind: 'count', id, epoch });
    return counted;
  }

  /** This connection is over: its keys are forgotten. */
  end(epoch) {
    this.#worker.postMessage({ kind: 'end', epoch });
  }

  #answer(key) {
    return new Promise((resolve) => this.#asked.set(key, resolve));
  }
}

/** Frames that the browser says it sent but the worker never saw. `sent` must have been read first. */
export function unsealed(sent, counts) {
  return ['audio', 'video'].some(
    (kind) => sent[kind] > counts.sealed[kind] + counts.held[kind] + SLACK[kind]);
}
