// One peer connection, for one epoch: real devices leave only once sealed frames were seen, and everything stops if one was not.

import { blackPicture, silence } from './blank.js';
import { unsealed } from './e2ee.js';

const PROOF = 15000; // ms to see sealed frames before giving up
const DOUBT = 1500; // ms for a busy worker to count what the connection has sent; nothing leaves meanwhile
const ASKED = 10; // times that it must have answered: where the whole machine stands still, so does its clock
const FLOWS = 5; // packets

async function tune(sender, how) {
  const parameters = sender.getParameters();
  if (!parameters.encodings?.length) return;
  Object.assign(parameters.encodings[0], how);
  await sender.setParameters(parameters).catch(() => {}); // a browser without some of these keeps its own way
}

/** Dispatches `failed`, `leak`, `sealed` (detail: counts). */
export class Connection extends EventTarget {
  stream = new MediaStream();
  carried = { audio: false, video: false }; // ours leaves by it, or there is nothing of ours to send
  #peer;
  #leg;
  #send;
  #sealing; // null: agreed to go without end-to-end encryption
  #epoch = 0; // of the sealing
  #senders = {};
  #candidates = [];

  constructor({ ice, sealing, send }) {
    super();
    this.#peer = new RTCPeerConnection({ iceServers: ice });
    this.#sealing = sealing;
    this.#send = send;
    this.#peer.onconnectionstatechange = () => {
      if (['failed', 'closed'].includes(this.#peer?.connectionState)) this.dispatchEvent(new Event('failed'));
    };
  }

  get open() {
    return this.#peer !== null;
  }

  get connected() {
    return this.#peer?.connectionState === 'connected';
  }

  /** Answer the room's offer, under these keys. */
  async answer({ sdp, leg }, keys) {
    const peer = this.#peer;
    this.#leg = leg;
    if (this.#sealing) this.#epoch = await this.#sealing.renew(keys);
    if (!this.open) return this.#sealing?.end(this.#epoch);
    peer.ontrack = (event) => {
      this.#sealing?.attach(event, this.#epoch);
      event.transceiver.direction = 'sendrecv';
      this.#senders[event.track.kind] = event.transceiver.sender;
      this.stream.addTrack(event.track);
    };
    peer.onicecandidate = ({ candidate }) => candidate && this.#trickle(candidate.candidate);
    await peer.setRemoteDescription({ type: 'offer', sdp });
    await this.#senders.audio.replaceTrack(silence());
    await peer.setLocalDescription();
    this.#send({ kind: 'answer', leg, sdp: peer.localDescription.sdp });
  }

  /** Send what `wanted()` gives, a track or nothing, once blank frames of its kind were seen sealed; `tuned` are its parameters. */
  async carry(kind, wanted, tuned) {
    const sender = this.#senders[kind];
    if (!this.open || !sender) return;
    if (!wanted()) {
      if (sender.track && kind === 'video') {
        await tune(sender, { active: false }); // what waits to be sent, and sent again, would drown the voice
        await sender.replaceTrack(null);
      }
      this.carried[kind] = true;
      return;
    }
    if (this.#sealing && !(await this.#proven(kind, sender))) return;
    if (!this.open || !wanted()) return;
    if (sender.track !== wanted()) await sender.replaceTrack(wanted());
    await tune(sender, tuned(sender.track?.getSettings() ?? {}));
    this.carried[kind] = true;
  }

  async #proven(kind, sender) {
    if ((await this.#counts()).sealed[kind] > 0) return true;
    await sender.replaceTrack(kind === 'audio' ? silence() : blackPicture());
    if (kind === 'video') await tune(sender, { active: true });
    const deadline = performance.now() + PROOF;
    while (this.open && performance.now() < deadline) {
      if ((await this.#counts()).sealed[kind] > 0) return true;
      if (await this.leaking()) return false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    // a picture may wait for a calmer moment; a voice that nobody can vouch for ends it all
    if (kind === 'audio' && this.connected) this.#leaked();
    return false;
  }

  /** More frames left than were sealed, and the worker cannot account for them. */
  async leaking() {
    if (!this.#sealing || !this.open) return false;
    const sent = { audio: 0, video: 0 };
    for (const report of (await this.#peer.getStats()).values()) {
      if (report.type !== 'outbound-rtp') continue;
      sent[report.kind] += report.kind === 'video' ? report.framesEncoded : report.packetsSent;
    }
    let counts = await this.#counts();
    if (!this.open) return false;
    if (unsealed(sent, counts)) {
      counts = await this.#vouched(sent);
      if (!counts) return true;
    }
    this.dispatchEvent(new CustomEvent('sealed', { detail: counts }));
    return false;
  }

  /** More was sent than counted: nothing leaves until the count has caught up; if it does not, all stops. */
  async #vouched(sent) {
    this.carried = { audio: false, video: false };
    await Promise.all(Object.values(this.#senders).map((sender) => sender.replaceTrack(null)));
    const deadline = performance.now() + DOUBT;
    for (let asked = 0; this.open && (asked < ASKED || performance.now() < deadline); asked += 1) {
      const counts = await this.#counts();
      if (!unsealed(sent, counts)) {
        setTimeout(() => this.dispatchEvent(new Event('vouched')));
        return counts;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (this.open) this.#leaked();
    return null;
  }

  /** Something left in clear: nothing more leaves. */
  #leaked() {
    this.close();
    this.dispatchEvent(new Event('leak'));
  }

  #counts() {
    return this.#sealing.counts(this.#epoch);
  }

  /** What came and how, so far: packets, lost, frames shown, delay, estimated bits a second, share lost there. */
  async reading() {
    const read = { packets: 0, lost: 0, frames: 0, delay: 0, bitrate: Infinity, lossThere: 0 };
    if (!this.open) return read;
    for (const report of (await this.#peer.getStats()).values()) {
      if (report.type === 'inbound-rtp') {
        read.packets += report.packetsReceived;
        read.lost += report.packetsLost;
        read.frames += report.framesDecoded ?? 0;
      }
      if (report.type === 'remote-inbound-rtp') read.lossThere = Math.max(read.lossThere, report.fractionLost ?? 0);
      if (report.type === 'candidate-pair' && report.nominated) {
        read.delay = Math.max(read.delay, report.currentRoundTripTime ?? 0);
        if (report.availableOutgoingBitrate) read.bitrate = report.availableOutgoingBitrate; // said by Chromium only
      }
    }
    return read;
  }

  /** It carries both ways: theirs comes (pictures too, if they should), ours leaves. */
  async carries({ pictures }) {
    if (!this.connected || !this.carried.audio || !this.carried.video) return false;
    const { packets, frames } = await this.reading();
    return packets > FLOWS && (!pictures || frames > 0);
  }

  close() {
    const peer = this.#peer;
    this.#peer = null;
    if (!peer) return;
    peer.ontrack = peer.onicecandidate = peer.onconnectionstatechange = null;
    peer.close();
    this.#sealing?.end(this.#epoch);
  }

  #trickle(candidate) {
    this.#candidates.push(candidate);
    if (this.#candidates.length > 1) return;
    setTimeout(() => {
      if (this.open) this.#send({ kind: 'candidate', leg: this.#leg, data: { candidates: this.#candidates } });
      this.#candidates = [];
    }, 50);
  }
}
