// Our microphone and camera, opened only by a tap; shared by every conversation of the room.

const CAMERA = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30, max: 30 } };
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const AGAIN = 3000; // ms between two tries to have the microphone back
const TRIES = 100; // five minutes: then a tap opens it

/** Dispatches `changed`, and `taken` (detail: true, false) when the telephone takes the microphone and gives it back;
    `lost` (detail: error) when it does not. */
export class Devices extends EventTarget {
  audio = null;
  video = null;
  facing = 'user';
  #inUse = false;

  /** The microphone is open and heard. */
  get voice() {
    return Boolean(this.audio?.enabled && !this.audio.muted);
  }

  async setVoice(on) {
    this.#inUse = true;
    if (on && this.audio?.readyState !== 'live') {
      this.audio = await this.#open({ audio: MICROPHONE }, 'audio');
      this.audio.onmute = () => this.#taken(true);
      this.audio.onunmute = () => this.#taken(false);
    }
    if (this.audio) this.audio.enabled = on;
    this.#tell();
  }

  async setCamera(on) {
    if (on && !this.video) this.video = await this.#open({ video: { ...CAMERA, facingMode: this.facing } }, 'video');
    if (!on) this.#stop('video');
    this.#tell();
  }

  /** The other camera of a telephone: to show what is in front. */
  async flip() {
    if (!this.video) return;
    this.facing = this.facing === 'user' ? 'environment' : 'user';
    this.#stop('video'); // a telephone opens one camera at a time
    await this.setCamera(true);
  }

  /** How many cameras there are, once one was allowed. */
  async cameras() {
    return (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === 'videoinput').length;
  }

  close() {
    this.#inUse = false;
    this.#stop('audio');
    this.#stop('video');
  }

  async #open(wanted, kind) {
    if (!navigator.mediaDevices) throw new DOMException('', 'NotFoundError');
    const [track] = (await navigator.mediaDevices.getUserMedia(wanted)).getTracks();
    track.onended = () => {
      if (this[kind] !== track) return;
      this[kind] = null;
      this.#tell();
      if (kind === 'audio') this.#regain(track.enabled);
    };
    return track;
  }

  /** A telephone call ended our microphone: it was opened by a tap, it comes back without one. */
  async #regain(on) {
    this.#taken(true);
    for (let tries = 0; tries < TRIES && this.#inUse && !this.audio; tries++) {
      if (!document.hidden) {
        try {
          await this.setVoice(on);
          break;
        } catch (error) {
          if (error.name === 'NotAllowedError') break;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
    this.#taken(false);
    if (this.#inUse && !this.audio) this.dispatchEvent(new Event('lost'));
  }

  #taken(detail) {
    this.dispatchEvent(new CustomEvent('taken', { detail }));
  }

  #stop(kind) {
    const track = this[kind];
    this[kind] = null;
    track?.stop();
  }

  #tell() {
    this.dispatchEvent(new Event('changed'));
  }
}
