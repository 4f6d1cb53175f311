// Tries the ways from this browser to the room: the thread, the direct way of sound and picture, and the relay.

const ANSWER_WITHIN = 3000;
const CONNECT_WITHIN = 6000;

export class Path {
  #signal;
  #ice;

  constructor(signal, ice) {
    this.#signal = signal;
    this.#ice = ice;
  }

  /** A heart-beat goes and comes back. */
  async socket() {
    return Boolean(await this.#heard('beat', { kind: 'beat' }, ANSWER_WITHIN));
  }

  /** A connection that carries nothing: straight to the node, or by the relay only. */
  async media(relayed) {
    const offer = await this.#heard('trial', { kind: 'trial' }, ANSWER_WITHIN);
    if (!offer?.sdp) return false;
    const peer = new RTCPeerConnection({
      iceServers: relayed ? this.#ice : [], iceTransportPolicy: relayed ? 'relay' : 'all',
    });
    try {
      peer.onicecandidate = ({ candidate }) => {
        if (candidate) this.#signal.send({ kind: 'candidate', leg: offer.leg, data: { candidates: [candidate.candidate] } });
      };
      await peer.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
      await peer.setLocalDescription();
      const connected = new Promise((resolve) => {
        peer.onconnectionstatechange = () => {
          if (peer.connectionState === 'connected') resolve(true);
          if (peer.connectionState === 'failed') resolve(false);
        };
        setTimeout(resolve, CONNECT_WITHIN, false);
      });
      this.#signal.send({ kind: 'answer', leg: offer.leg, sdp: peer.localDescription.sdp });
      return await connected;
    } catch {
      return false;
    } finally {
      peer.close();
    }
  }

  #heard(kind, said, within) {
    return new Promise((resolve) => {
      const answer = ({ detail }) => {
        if (detail.kind !== kind) return;
        done(detail);
      };
      const late = setTimeout(() => done(null), within);
      const done = (found) => {
        clearTimeout(late);
        this.#signal.removeEventListener('anything', answer);
        resolve(found);
      };
      this.#signal.addEventListener('anything', answer);
      this.#signal.send(said);
    });
  }
}
