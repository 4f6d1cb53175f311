// One conversation: a peer connection per epoch, our devices, and the watch that stops everything if a frame left unsealed.

import { unsealed } from './e2ee.js';
import { blackPicture, silence } from './blank.js';
import { encoding, FIRST, NO_PICTURE, step } from './ladder.js';

const STALLED = 2; // seconds without a packet
const REACHED = 8; // seconds to hear a first packet
const PROOF = 15000; // ms to see sealed frames before giving up
const DOUBT = 1500; // ms for a busy worker to count what the connection has sent; nothing leaves meanwhile

const nothingYet = () => ({ packets: 0, still: 0, lost: 0, waited: 0 });

/** Dispatches `heard` (detail: stream), `quality` (detail: good, fair, poor), `rung`, `stalled`, `leak`, `sealed` (detail: counts). */
export class Call extends EventTarget {
  epoch = 0;
  rung = 0;
  #sealing;
  #send;
  #ice;
  #devices;
  #keys = null; // null: agreed to go without end-to-end encryption
  #peer = null;
  #leg = null;
  #senders = {};
  #pictureAllowed = true;
  #candidates = [];
  #watching = null;
  #last = nothingYet();
  #ladder = FIRST;

  constructor({ sealing, send, ice, devices }) {
    super();
    this.#sealing = sealing;
    this.#send = send;
    this.#ice = ice;
    this.#devices = devices;
  }

  get connected() {
    return this.#peer?.connectionState === 'connected' && this.#last.packets > 0 && this.#last.still < STALLED;
  }

  get keys() {
    return this.#keys;
  }

  set keys(keys) {
    this.#keys = keys;
  }

  /** Answer the room's offer with a new connection; the old one, if any, is closed. */
  async answer({ sdp, leg, epoch }) {
    this.#drop();
    const peer = new RTCPeerConnection({ iceServers: this.#ice });
    this.#peer = peer;
    this.#leg = leg;
    this.epoch = epoch;
    this.#senders = {};
    if (this.#keys) await this.#sealing.renew(this.#keys);
    if (peer !== this.#peer) return;
    const stream = new MediaStream();
    peer.ontrack = (event) => {
      if (this.#keys) this.#sealing.attach(event);
      event.transceiver.direction = 'sendrecv';
      this.#senders[event.track.kind] = event.transceiver.sender;
      stream.addTrack(event.track);
    };
    peer.onicecandidate = ({ candidate }) => candidate && this.#trickle(leg, candidate.candidate);
    peer.onconnectionstatechange = () => this.#changed(peer);
    await peer.setRemoteDescription({ type: 'offer', sdp });
    await this.#senders.audio.replaceTrack(silence());
    await peer.setLocalDescription();
    this.#send({ kind: 'answer', leg, sdp: peer.localDescription.sdp });
    this.dispatchEvent(new CustomEvent('heard', { detail: stream }));
    this.#watching = setInterval(() => this.#watch(peer), 1000);
    await this.carry('audio');
    await this.carry('video');
  }

  /** The other asked for sound only: our picture stays here. */
  async allowPicture(allowed) {
    if (this.#pictureAllowed === allowed) return;
    this.#pictureAllowed = allowed;
    await this.carry('video');
  }

  close() {
    this.#drop();
  }

  /** Send the device as it is now, once blank frames of its kind were seen sealed on this connection. */
  async carry(kind) {
    const peer = this.#peer;
    const sender = this.#senders[kind];
    const wanted = () => this.#wanted(kind);
    if (!peer || !sender) return;
    if (!wanted()) {
      if (sender.track && kind === 'video') await sender.replaceTrack(null);
      return;
    }
    if (this.#keys && !(await this.#proven(kind, peer, sender))) return;
    if (peer !== this.#peer || !wanted()) return;
    if (sender.track !== wanted()) await sender.replaceTrack(wanted());
    await this.#tune(kind, sender);
  }

  #wanted(kind) {
    if (kind === 'video' && (!this.#pictureAllowed || this.rung === NO_PICTURE)) return null;
    return this.#devices[kind];
  }

  /** The voice goes first; the picture takes what its rung allows. */
  async #tune(kind, sender) {
    const parameters = sender.getParameters();
    if (!parameters.encodings?.length) return;
    const wanted = kind === 'audio' ? { priority: 'high', networkPriority: 'high' } : encoding(this.rung, sender.track?.getSettings() ?? {});
    Object.assign(parameters.encodings[0], wanted);
    await sender.setParameters(parameters).catch(() => {}); // a browser without some of these keeps its own way
  }

  async #proven(kind, peer, sender) {
    if ((await this.#sealing.counts()).sealed[kind] > 0) return true;
    await sender.replaceTrack(kind === 'audio' ? silence() : blackPicture());
    const deadline = performance.now() + PROOF;
    while (peer === this.#peer && performance.now() < deadline) {
      if ((await this.#sealing.counts()).sealed[kind] > 0) return true;
      if (await this.#leaking(peer)) return false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    // a picture may wait for a calmer moment; a voice that nobody can vouch for ends it all
    if (kind === 'audio' && peer === this.#peer && peer.connectionState === 'connected') this.#stop();
    return false;
  }

  async #leaking(peer) {
    if (!this.#keys || peer !== this.#peer) return false;
    const sent = { audio: 0, video: 0 };
    for (const report of (await peer.getStats()).values()) {
      if (report.type !== 'outbound-rtp') continue;
      sent[report.kind] += report.kind === 'video' ? report.framesEncoded : report.packetsSent;
    }
    let counts = await this.#sealing.counts();
    if (peer !== this.#peer) return false;
    if (unsealed(sent, counts)) {
      counts = await this.#vouched(peer, sent);
      if (!counts) return true;
    }
    this.dispatchEvent(new CustomEvent('sealed', { detail: counts }));
    return false;
  }

  /** More was sent than counted: nothing leaves until the count has caught up; if it does not, all stops. */
  async #vouched(peer, sent) {
    await Promise.all(Object.values(this.#senders).map((sender) => sender.replaceTrack(null)));
    const deadline = performance.now() + DOUBT;
    while (peer === this.#peer && performance.now() < deadline) {
      const counts = await this.#sealing.counts();
      if (!unsealed(sent, counts)) {
        setTimeout(() => { this.carry('audio'); this.carry('video'); });
        return counts;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (peer === this.#peer) this.#stop();
    return null;
  }

  /** Something left in clear: nothing more leaves. */
  #stop() {
    this.close();
    this.dispatchEvent(new Event('leak'));
  }

  async #watch(peer) {
    if (peer !== this.#peer || (await this.#leaking(peer))) return;
    if (peer !== this.#peer) return;
    const read = { packets: 0, lost: 0, delay: 0, bitrate: Infinity, lossThere: 0 };
    for (const report of (await peer.getStats()).values()) {
      if (report.type === 'inbound-rtp') {
        read.packets += report.packetsReceived;
        read.lost += report.packetsLost;
      }
      if (report.type === 'remote-inbound-rtp') read.lossThere = Math.max(read.lossThere, report.fractionLost ?? 0);
      if (report.type === 'candidate-pair' && report.nominated) {
        read.delay = Math.max(read.delay, report.currentRoundTripTime ?? 0);
        if (report.availableOutgoingBitrate) read.bitrate = report.availableOutgoingBitrate; // said by Chromium only
      }
    }
    if (peer === this.#peer) this.#read(read);
  }

  #read({ packets, lost, delay, bitrate, lossThere }) {
    const last = this.#last;
    const still = packets > last.packets || packets === 0 ? 0 : last.still + 1;
    const share = Math.max(0, lost - last.lost) / Math.max(1, packets - last.packets + lost - last.lost);
    const waited = packets ? 0 : last.waited + 1;
    this.#last = { packets, lost, still, waited };
    const worst = Math.max(share, lossThere);
    const level = still || worst > 0.1 || delay > 0.6 || this.rung === NO_PICTURE ? 'poor' : worst > 0.03 || delay > 0.3 || this.rung ? 'fair' : 'good';
    this.dispatchEvent(new CustomEvent('quality', { detail: level }));
    if (this.#devices.video && this.#pictureAllowed) this.#climb({ bitrate, loss: lossThere, delay });
    if (still === STALLED || waited === REACHED) this.dispatchEvent(new Event('stalled'));
  }

  #climb(reading) {
    this.#ladder = step(this.#ladder, reading);
    if (this.#ladder.rung === this.rung) return;
    this.rung = this.#ladder.rung;
    this.dispatchEvent(new Event('rung'));
    this.carry('video');
  }

  #changed(peer) {
    if (peer === this.#peer && ['failed', 'closed'].includes(peer.connectionState)) {
      this.dispatchEvent(new Event('stalled'));
    }
  }

  #trickle(leg, candidate) {
    this.#candidates.push(candidate);
    if (this.#candidates.length > 1) return;
    setTimeout(() => {
      if (leg === this.#leg) this.#send({ kind: 'candidate', leg, data: { candidates: this.#candidates } });
      this.#candidates = [];
    }, 50);
  }

  #drop() {
    clearInterval(this.#watching);
    const peer = this.#peer;
    this.#peer = null;
    this.#leg = null;
    this.#last = nothingYet();
    this.rung = 0;
    this.#ladder = FIRST;
    if (peer) {
      peer.ontrack = peer.onicecandidate = peer.onconnectionstatechange = null;
      peer.close();
    }
  }
}
