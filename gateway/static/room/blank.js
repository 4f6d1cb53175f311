// Silence and a black picture: what a connection sends until it has proven that it seals what it sends.

let context = null;
let voice = null;
let picture = null;

/** A track of silence; the page must have been touched once, or browsers keep it still. */
export function silence() {
  if (!voice) {
    context = new AudioContext();
    const source = new ConstantSourceNode(context, { offset: 0 });
    const out = context.createMediaStreamDestination();
    source.connect(out);
    source.start();
    voice = out.stream.getAudioTracks()[0];
  }
  context.resume().catch(() => {});
  return voice;
}

/** A small black picture, a few times a second. */
export function blackPicture() {
  if (!picture) {
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 48;
    const pen = canvas.getContext('2d');
    setInterval(() => pen.fillRect(0, 0, 64, 48), 100);
    picture = canvas.captureStream(10).getVideoTracks()[0];
  }
  return picture;
}
