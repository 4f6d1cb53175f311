// What two pages tell each other (words, a plan, how one can speak), sealed under their agreement; gone with the page.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export class Writing {
  #agreement = null;
  #keys = null;
  #count = 0;
  #last = 0;

  /** Take the keys of an agreement; writing begins anew with each. */
  async use(agreement) {
    if (agreement === this.#agreement) return;
    this.#agreement = agreement;
    this.#keys = null;
    this.#count = this.#last = 0;
    if (!agreement?.sealed) return;
    const { secret, salt, mine, theirs } = agreement;
    const keys = { mine: await key(secret, salt, mine, 'encrypt'), theirs: await key(secret, salt, theirs, 'decrypt') };
    if (agreement === this.#agreement) this.#keys = keys;
  }

  get possible() {
    return this.#keys !== null;
  }

  /** What to send for `told`: numbered, so that nothing is read twice. */
  async seal(told) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const body = encoder.encode(JSON.stringify([++this.#count, told]));
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, this.#keys.mine, body);
    return { iv: text64(iv), body: text64(new Uint8Array(sealed)) };
  }

  /** What was told, or null when it is not the other's next word. */
  async open({ iv, body }) {
    try {
      const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes(iv) }, this.#keys.theirs, bytes(body));
      const [count, told] = JSON.parse(decoder.decode(opened));
      if (count <= this.#last) return null;
      this.#last = count;
      return told;
    } catch {
      return null;
    }
  }
}

function key(secret, salt, sender, usage) {
  const label = encoder.encode('la veilleuse, writing, ');
  const info = new Uint8Array([...label, ...sender]);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info }, secret, { name: 'AES-GCM', length: 128 }, false, [usage]);
}

const text64 = (data) => btoa(Array.from(data, (one) => String.fromCharCode(one)).join(''));
const bytes = (encoded) => Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
