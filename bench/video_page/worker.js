// Writes the moment of sending behind each frame, and on the other side reads it and takes it off again.
let delays = { audio: [], video: [] };
let first = null;

onrtctransform = ({ transformer }) => {
  const { side, kind } = transformer.options;
  const mark = (frame, controller) => {
    const old = new Uint8Array(frame.data);
    const data = new Uint8Array(old.length + 8);
    data.set(old);
    new DataView(data.buffer).setFloat64(old.length, performance.now());
    frame.data = data.buffer;
    controller.enqueue(frame);
  };
  const read = (frame, controller) => {
    const at = frame.data.byteLength - 8;
    if (at < 0) return;
    delays[kind].push(performance.now() - new DataView(frame.data).getFloat64(at));
    if (kind === 'video') first ??= performance.timeOrigin + performance.now();
    frame.data = frame.data.slice(0, at);
    controller.enqueue(frame);
  };
  const turn = new TransformStream({ transform: side === 'send' ? mark : read });
  transformer.readable.pipeThrough(turn).pipeTo(transformer.writable);
};

onmessage = ({ data }) => {
  if (data === 'begin') delays = { audio: [], video: [] };
  if (data === 'forget') first = null;
  if (data === 'tell') postMessage({ delays, first });
};
