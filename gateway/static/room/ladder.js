// How much picture a link can carry: three sizes, then none; the voice never stops first. Pure: readings in, a rung out.

export const RUNGS = [
  { width: 640, height: 480, frames: 30, most: 700_000, needs: 380_000 },
  { width: 480, height: 360, frames: 20, most: 350_000, needs: 220_000 },
  { width: 320, height: 240, frames: 15, most: 200_000, needs: 120_000 },
  { width: 0, height: 0, frames: 0, most: 0, needs: 0 }, // voice alone
];
export const NO_PICTURE = RUNGS.length - 1;
// A call begins on the second rung, and climbs once its line is known: a narrow one never drowns the first words.
export const FIRST = { rung: 1, age: 0, low: 0, high: 0, patience: 5, climbed: false, starting: true };

const SETTLING = 6; // readings before an estimate that still climbs is believed
const LOW_ENOUGH = [4, 4, 8]; // bad readings in a row before a step down: an estimate that dips mostly comes back
const LOSES = 3; // the same when a fifth and more is lost
const DROWNS = { loss: 0.08, delay: 0.5 }; // with an estimate too low for the rung: the voice is in that queue too
const SURE = 0.8; // of an estimate, when a rung is chosen at once
const PATIENCE = 10; // good readings in a row before a step up
const MOST_PATIENCE = 80; // good readings in a row before another try, at most
const FELL_AT_ONCE = 12; // readings: a step up that fails this soon doubles the patience
const HELD = 30; // readings: a rung that held this long gives the patience back

/** The next state, from one reading a second: estimated bits/s to send, share lost, round trip in seconds. */
export function step(state, { bitrate, loss, delay }) {
  const age = state.age + 1;
  const patience = state.climbed && age > HELD ? PATIENCE : state.patience;
  const same = { ...state, age, patience };
  const moved = { age: 0, low: 0, high: 0, starting: false };
  const here = RUNGS[state.rung];
  if (bitrate < here.needs && (loss > DROWNS.loss || delay > DROWNS.delay) && state.rung < NO_PICTURE) {
    const fits = RUNGS.findIndex((rung, at) => at > state.rung && rung.needs <= bitrate * SURE);
    return { ...moved, rung: fits, patience: later(state, age, patience), climbed: false };
  }
  const low = loss > 0.2 || delay > 1.2 || (bitrate < here.needs && (age > SETTLING || loss > 0.1));
  if (low && state.rung < NO_PICTURE) {
    if (state.low + 1 < (loss > 0.2 ? LOSES : LOW_ENOUGH[state.rung])) return { ...same, low: state.low + 1, high: 0 };
    return { ...moved, rung: state.rung + 1, patience: later(state, age, patience), climbed: false };
  }
  const high = loss < 0.05 && delay < 0.6 && (state.rung === NO_PICTURE || bitrate >= here.most * 0.85);
  if (!high || state.rung === 0) return { ...same, low: low ? state.low : 0, high: 0 };
  if (state.high + 1 < patience) return { ...same, low: 0, high: state.high + 1 };
  return { ...moved, rung: state.rung - 1, patience: Math.max(PATIENCE, patience), climbed: true };
}

/** How many good readings the next try asks for, after a step down. */
function later(state, age, patience) {
  const settled = Math.max(PATIENCE, patience);
  return state.climbed && age <= FELL_AT_ONCE ? Math.min(MOST_PATIENCE, settled * 2) : settled;
}

/** What a sender is told for a rung; voice first, whatever comes. */
export function encoding(rung, settings) {
  const { height, frames, most } = RUNGS[rung];
  const scale = Math.max(1, (settings.height ?? 480) / height);
  return { active: true, maxBitrate: most, maxFramerate: frames, scaleResolutionDownBy: scale, priority: 'low', networkPriority: 'low' };
}
