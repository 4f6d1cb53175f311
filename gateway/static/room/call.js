// One conversation: a peer connection per epoch, our devices, and the watch that stops everything if a frame left unsealed.

import { unsealed } from './e2ee.js';
import { blackPicture, silence } from './blank.js';

const CAMERA = { width: 640, height: 480, frameRate: 30, facingMode: 'user' };
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const STALLED = 2; // seconds without a packet
const REACHED = 8; // seconds to hear a first packet
const PROOF = 8000; // ms to see sealed frames before giving up

const nothingYet = () => ({ packets: 0, still: 0, lost: 0, waited: 0 });

/** Dispatches `heard` (detail: stream), `quality` (detail: good, fair, poor), `stalled`, `leak`, `sealed` (detail: counts). */
export class Call extends EventTarget {
  epoch = 0;
  #sealing;
  #send;
  #ice;
  #keys = null; // null: agreed to go without end-to-end encryption
  #peer = null;
  #leg = null;
  #senders = {};
  #real = { audio: null, video: null };
  #pictureAllowed = true;
  #candidates = [];
  #watching = null;
  #last = nothingYet();

  constructor({ sealing, send, ice }) {
    super();
    this.#sealing = sealing;
    this.#send = send;
    this.#ice = ice;
  }

  get connected() {
    return this.#peer?.connectionState === 'connected' && this.#last.packets > 0 && this.#last.still < STALLED;
  }

  get microphone() {
    return this.#real.audio?.enabled ?? false;
  }

  get camera() {
    return this.#real.video;
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
    await this.#put('audio');
    if (this.#real.video) await this.#put('video');
  }

  /** Open the microphone if need be, and let it be heard or not. */
  async setMicrophone(on) {
    if (on && !this.#real.audio) {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
      this.#real.audio = stream.getAudioTracks()[0];
      if (this.#peer) await this.#put('audio');
    }
    if (this.#real.audio) this.#real.audio.enabled = on;
  }

  /** Open or close the camera; closing it puts its light out. */
  async setCamera(on) {
    if (on && !this.#real.video) {
      const stream = await navigator.mediaDevices.getUserMedia({ video: CAMERA });
      this.#real.video = stream.getVideoTracks()[0];
      if (this.#peer) await this.#put('video');
    } else if (!on && this.#real.video) {
      await this.#senders.video?.replaceTrack(null);
      this.#real.video.stop();
      this.#real.video = null;
    }
  }

  /** The other asked for sound only: our picture stays here. */
  async allowPicture(allowed) {
    this.#pictureAllowed = allowed;
    if (this.#peer && this.#real.video) await this.#put('video');
  }

  close() {
    this.#drop();
    for (const track of Object.values(this.#real)) track?.stop();
    this.#real = { audio: null, video: null };
  }

  /** Send a real device, once blank frames of its kind were seen sealed on this connection. */
  async #put(kind) {
    const peer = this.#peer;
    const sender = this.#senders[kind];
    if (!sender || !this.#real[kind]) return;
    if (kind === 'video' && !this.#pictureAllowed) return sender.replaceTrack(null);
    if (this.#keys && !(await this.#proven(kind, peer, sender))) return;
    if (peer === this.#peer && this.#real[kind]) await sender.replaceTrack(this.#real[kind]);
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
    if (peer === this.#peer && peer.connectionState === 'connected') this.#stop();
    return false;
  }

  async #leaking(peer) {
    if (!this.#keys || peer !== this.#peer) return false;
    const sent = { audio: 0, video: 0 };
    for (const report of (await peer.getStats()).values()) {
      if (report.type !== 'outbound-rtp') continue;
      sent[report.kind] += report.kind === 'video' ? report.framesEncoded : report.packetsSent;
    }
    const counts = await this.#sealing.counts();
    if (peer !== this.#peer) return false;
    if (unsealed(sent, counts)) {
      this.#stop();
      return true;
    }
    this.dispatchEvent(new CustomEvent('sealed', { detail: counts }));
    return false;
  }

  /** Something left in clear: nothing more leaves. */
  #stop() {
    this.close();
    this.dispatchEvent(new Event('leak'));
  }

  async #watch(peer) {
    if (peer !== this.#peer || (await this.#leaking(peer))) return;
    if (peer !== this.#peer) return;
    let packets = 0;
    let lost = 0;
    let delay = 0;
    for (const report of (await peer.getStats()).values()) {
      if (report.type === 'inbound-rtp') {
        packets += report.packetsReceived;
        lost += report.packetsLost;
      }
      if (report.type === 'candidate-pair' && report.nominated) delay = report.currentRoundTripTime ?? 0;
    }
    const last = this.#last;
    const still = packets > last.packets || packets === 0 ? 0 : last.still + 1;
    const share = (lost - last.lost) / Math.max(1, packets - last.packets + lost - last.lost);
    const waited = packets ? 0 : last.waited + 1;
    this.#last = { packets, lost, still, waited };
    const level = still || share > 0.1 || delay > 0.6 ? 'poor' : share > 0.03 || delay > 0.3 ? 'fair' : 'good';
    this.dispatchEvent(new CustomEvent('quality', { detail: level }));
    if (still === STALLED || waited === REACHED) this.dispatchEvent(new Event('stalled'));
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
    if (peer) {
      peer.ontrack = peer.onicecandidate = peer.onconnectionstatechange = null;
      peer.close();
    }
  }
}
