// Getting ready, in under a minute and only if one likes: voice first, then what one hears, the picture, the way there.

import { canCall } from './e2ee.js';
import { one, refusal, root, unfold, words } from './page.js';
import { Path } from './paths.js';
import { threeNotes } from './quiet.js';

const row = (what) => one(`[data-row="${what}"]`);

function tell(what, text, tone = '') {
  const line = row(what);
  line.querySelector('.d').textContent = text;
  line.querySelector('.rondi').classList.toggle('ok', tone === 'ok');
  line.querySelector('.rondi').classList.toggle('non', tone === 'non');
}

/** Tries the microphone: a level that moves, nothing leaves the device. */
export class Trial {
  #stream = null;
  #context = null;
  #timer = null;

  async toggle() {
    if (this.#stream) return this.close();
    try {
      await this.#open();
    } catch (error) {
      tell('micro', refusal(error, 'voice'), 'non');
    }
  }

  async #open() {
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 512;
    this.#context.createMediaStreamSource(this.#stream).connect(analyser);
    const samples = new Uint8Array(analyser.fftSize);
    const meter = row('micro').querySelector('meter');
    meter.hidden = false;
    this.#name(words.close);
    tell('micro', words.speak);
    let heard = false;
    this.#timer = setInterval(() => {
      analyser.getByteTimeDomainData(samples);
      const power = Math.sqrt(samples.reduce((sum, x) => sum + ((x - 128) / 128) ** 2, 0) / samples.length);
      meter.value = Math.min(1, power * 4);
      if (power > 0.02 && !heard) {
        heard = true;
        tell('micro', words.heardWell, 'ok');
      }
    }, 90);
  }

  close() {
    if (!this.#stream) return;
    clearInterval(this.#timer);
    for (const track of this.#stream.getTracks()) track.stop();
    this.#context.close();
    this.#stream = this.#context = null;
    row('micro').querySelector('meter').hidden = true;
    this.#name(words.tryIt);
    if (row('micro').querySelector('.rondi').classList.contains('ok')) tell('micro', words.micFine, 'ok');
    else tell('micro', words.closed);
  }

  #name(text) {
    row('micro').querySelector('.nom').textContent = text;
  }
}

export function listen() {
  threeNotes();
  tell('ecoute', words.threeNotes, 'ok');
}

/** Sound alone, or the picture too: told apart by what they cost. */
export async function choose(what, devices) {
  root.dataset.costs = what;
  for (const name of ['sans-image', 'avec-image']) {
    one(`[data-do="${name}"]`).setAttribute('aria-pressed', String(name === what));
  }
  try {
    await devices.setCamera(what === 'avec-image');
  } catch (error) {
    one('[data-cost]').textContent = refusal(error, 'camera');
    one('[data-do="avec-image"]').setAttribute('aria-pressed', 'false');
    one('[data-cost]').hidden = false;
    return;
  }
  one('[data-cost]').hidden = true;
}

/** Each way to the room, tried in turn; a reason and a remedy for one that is closed. */
export async function tryPaths({ signal, ice }) {
  const list = one('[data-paths]');
  unfold(list, true, 'chemins');
  list.replaceChildren();
  tell('chemins', words.paths.trying);
  const relays = ice.length > 0;
  const path = new Path(signal, ice);
  const media = { direct: () => path.media(false), ...(relays ? { relay: () => path.media(true) } : {}) };
  const ways = { socket: () => path.socket(), ...(canCall ? media : {}) };
  const open = {};
  for (const [name, tried] of Object.entries(ways)) {
    open[name] = await tried();
    const line = document.createElement('li');
    line.className = open[name] ? 'ok' : 'non';
    line.textContent = words.paths[`${name}${open[name] ? 'Open' : 'Closed'}`];
    list.append(line);
  }
  const voice = open.direct || open.relay;
  tell('chemins', voice && open.socket ? words.paths.fine : words.paths.closed, voice && open.socket ? 'ok' : 'non');
}
