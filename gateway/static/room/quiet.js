// Two soft notes when someone is there, and a screen that does not fall asleep meanwhile.

let context = null;

/** Within a tap: browsers keep sound off until then. */
export function wakeSound() {
  context ??= new AudioContext();
  context.resume().catch(() => {});
}

export function chime() {
  wakeSound();
  [523.25, 659.25].forEach((pitch, i) => {
    const at = context.currentTime + i * 0.4;
    const tone = new OscillatorNode(context, { frequency: pitch });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.12, at + 0.06);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.7);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.75);
  });
}

export async function stayAwake() {
  const ask = () => navigator.wakeLock?.request('screen').catch(() => {});
  await ask();
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && ask());
}
