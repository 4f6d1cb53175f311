// How someone is told without being startled: two soft notes if they wished it, a touch of the hand, a sign to see.

let context = null;

/** Within a tap: browsers keep sound off until then. */
export function wakeSound() {
  context ??= new AudioContext();
  context.resume().catch(() => {});
}

export function chime() {
  wakeSound();
  [523.25, 659.25].forEach((pitch, i) => note(pitch, context.currentTime + i * 0.4));
}

/** Three notes, to know that one hears. */
export function threeNotes() {
  wakeSound();
  [523.25, 659.25, 783.99].forEach((pitch, i) => note(pitch, context.currentTime + i * 0.45));
}

function note(pitch, at) {
  const tone = new OscillatorNode(context, { frequency: pitch });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.12, at + 0.06);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.7);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.75);
}

/** Someone is there: heard and felt only by those who asked for it, seen by all; the tab shows a dot and no word. */
export function tellSoftly(wished) {
  if (wished) {
    chime();
    navigator.vibrate?.([180, 120, 180]);
  }
  if (!document.title.startsWith('• ')) document.title = `• ${document.title}`;
}

export function told() {
  document.title = document.title.replace(/^• /, '');
}

let asking = null;

/** The screen does not fall asleep while someone is there. */
export async function stayAwake() {
  const ask = () => navigator.wakeLock?.request('screen').catch(() => {});
  if (!asking) {
    asking = () => document.visibilityState === 'visible' && ask();
    document.addEventListener('visibilitychange', asking);
  }
  await ask();
}
