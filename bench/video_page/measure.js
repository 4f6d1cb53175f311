// Two connections of one page: talking directly, or through the node.
const worker = new Worker('worker.js');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const tell = () => new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); worker.postMessage('tell'); });
const devices = navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480, frameRate: 30 } });
const transform = (side, kind) => new RTCRtpScriptTransform(worker, { side, kind });

async function listen(seconds) {
  if (!seconds) return { audio: [], video: [] };
  await pause(6000); // the sender finds its pace
  worker.postMessage('begin');
  await pause(seconds * 1000);
  return (await tell()).delays;
}

function see(peer) {
  peer.addEventListener('track', ({ track, receiver }) => {
    receiver.transform = transform('receive', track.kind);
    const shown = Object.assign(document.createElement(track.kind), { autoplay: true, srcObject: new MediaStream([track]) });
    document.body.append(shown);
  });
}

async function direct(seconds) {
  const stream = await devices;
  const peers = [new RTCPeerConnection(), new RTCPeerConnection()];
  peers.forEach((peer, i) => {
    see(peer);
    peer.onicecandidate = ({ candidate }) => peers[1 - i].addIceCandidate(candidate);
  });
  for (const track of stream.getTracks()) {
    peers[0].addTransceiver(track, { streams: [stream] }).sender.transform = transform('send', track.kind);
  }
  await peers[0].setLocalDescription();
  await peers[1].setRemoteDescription(peers[0].localDescription);
  for (const way of peers[1].getTransceivers()) {
    way.direction = 'sendrecv';
    const track = stream.getTracks().find((one) => one.kind === way.receiver.track.kind);
    way.sender.transform = transform('send', track.kind);
    await way.sender.replaceTrack(track);
  }
  await peers[1].setLocalDescription();
  await peers[0].setRemoteDescription(peers[1].localDescription);
  const delays = await listen(seconds);
  peers.forEach((peer) => peer.close());
  document.body.replaceChildren();
  return delays;
}

function sit(stream) {
  const socket = new WebSocket(`ws://${location.host}/thread`);
  let peer = null, mine = null, joined = false;
  const send = (message) => socket.readyState === 1 && socket.send(JSON.stringify(message));
  socket.onmessage = async ({ data }) => {
    const message = JSON.parse(data);
    if (message.kind === 'seat') mine = message.seat;
    const state = Object.fromEntries((message.seats ?? []).map(({ seat, state }) => [seat, state]));
    if (mine === 'professional' && state.person === 'waiting') send({ kind: 'admit' });
    if (!joined && ['admitted', 'in_room'].includes(state[mine])) {
      joined = true;
      send({ kind: 'join', epoch: message.epoch ?? 0 });
    }
    if (message.kind !== 'offer') return;
    peer = new RTCPeerConnection();
    see(peer);
    peer.addEventListener('track', ({ transceiver, track }) => {
      transceiver.direction = 'sendrecv';
      transceiver.sender.transform = transform('send', track.kind);
      transceiver.sender.replaceTrack(stream.getTracks().find((one) => one.kind === track.kind));
    });
    peer.onicecandidate = ({ candidate }) =>
      candidate && send({ kind: 'candidate', leg: message.leg, data: { candidates: [candidate.candidate] } });
    await peer.setRemoteDescription({ type: 'offer', sdp: message.sdp });
    await peer.setLocalDescription();
    send({ kind: 'answer', leg: message.leg, sdp: peer.localDescription.sdp });
  };
  return () => { send({ kind: 'leave' }); socket.close(); peer?.close(); };
}

/** Delays of each frame, and the milliseconds from the first knock at the door to the first frame that can be read. */
async function through(seconds) {
  const stream = await devices;
  worker.postMessage('forget');
  const began = performance.timeOrigin + performance.now();
  const leave = [sit(stream), sit(stream)];
  while (!(await tell()).first) await pause(20);
  const took = (await tell()).first - began;
  const delays = await listen(seconds);
  leave.forEach((go) => go());
  document.body.replaceChildren();
  return [delays, took];
}
