// Tries the microphone in the waiting room: a level that moves, nothing leaves the device.

export class Trial {
  #place;
  #said;
  #words;
  #stream = null;
  #context = null;
  #timer = null;

  constructor({ place, said, words }) {
    this.#place = place;
    this.#said = said;
    this.#words = words;
  }

  async toggle() {
    if (this.#stream) this.close();
    else await this.open();
  }

  async open() {
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 512;
    this.#context.createMediaStreamSource(this.#stream).connect(analyser);
    const samples = new Uint8Array(analyser.fftSize);
    const meter = this.#place.querySelector('meter');
    this.#place.hidden = false;
    this.#said(this.#words.speak);
    this.#timer = setInterval(() => {
      analyser.getByteTimeDomainData(samples);
      const power = Math.sqrt(samples.reduce((sum, x) => sum + ((x - 128) / 128) ** 2, 0) / samples.length);
      meter.value = Math.min(1, power * 4);
      if (power > 0.02) this.#said(this.#words.heardWell);
    }, 90);
  }

  close() {
    clearInterval(this.#timer);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#context?.close();
    this.#stream = this.#context = null;
    if (this.#place) this.#place.hidden = true;
  }
}
