// Try the microphone, then the camera, then the sound: each after a tap, nothing leaves the device.
const list = document.querySelector("[data-essai]");
const video = document.querySelector(".ecran video");
const open = new Map();

const row = (name) => {
  const element = list.querySelector(`[data-quoi=${name}]`);
  return {
    element,
    dot: element.querySelector(".rondi"),
    said: element.querySelector(".d"),
    button: element.querySelector("button"),
    meter: element.querySelector("meter"),
  };
};

const say = (line, text, tone = "") => {
  line.said.textContent = text;
  line.dot.classList.toggle("ok", tone === "ok");
  line.dot.classList.toggle("non", tone === "non");
};

const label = (button, text) => {
  button.firstChild.textContent = text;
};

const refusal = (error) =>
  ({ NotAllowedError: list.dataset.refuse, NotReadableError: list.dataset.occupe })[error.name] ?? list.dataset.absent;

function close(name) {
  const opened = open.get(name);
  if (!opened) return;
  open.delete(name);
  opened.stop();
  const line = row(name);
  if (line.dot.classList.contains("ok")) say(line, line.said.dataset.fini, "ok");
  label(line.button, line.button.dataset.ouvre);
}

async function microphone(line) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  line.meter.hidden = false;
  say(line, line.said.dataset.parle);
  let heard = false;
  const timer = setInterval(() => {
    analyser.getByteTimeDomainData(samples);
    const power = Math.sqrt(samples.reduce((sum, x) => sum + ((x - 128) / 128) ** 2, 0) / samples.length);
    line.meter.value = Math.min(1, power * 4);
    if (power > 0.02 && !heard) {
      heard = true;
      say(line, line.said.dataset.bien, "ok");
    }
  }, 90);
  return () => {
    clearInterval(timer);
    line.meter.hidden = true;
    stream.getTracks().forEach((track) => track.stop());
    context.close();
  };
}

async function camera(line) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: 640 } });
  video.srcObject = stream;
  video.closest(".ecran").hidden = false;
  say(line, line.said.dataset.bien, "ok");
  return () => {
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    video.closest(".ecran").hidden = true;
  };
}

function threeNotes(line) {
  const context = new AudioContext();
  [523.25, 659.25, 783.99].forEach((pitch, i) => {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const at = context.currentTime + i * 0.45;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.14, at + 0.06);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.7);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.75);
    if (i === 2) tone.addEventListener("ended", () => context.close());
  });
  say(line, line.said.dataset.bien, "ok");
}

const openers = { micro: microphone, camera };
list?.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const name = button.closest("[data-quoi]").dataset.quoi;
  const line = row(name);
  if (name === "son") return threeNotes(line);
  if (open.has(name)) return close(name);
  button.disabled = true;
  try {
    open.set(name, { stop: await openers[name](line) });
    label(button, button.dataset.ferme);
  } catch (error) {
    say(line, refusal(error), "non");
  }
  button.disabled = false;
  button.focus();
});

const closeAll = () => [...open.keys()].forEach(close);
addEventListener("pagehide", closeAll);
document.addEventListener("quitter", closeAll);
