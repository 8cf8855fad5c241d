// Set up before each test file. A loop that never yields keeps every timeout from firing, and with them the whole suite from
// ending: a thread beside the tests says where they turn in circles, and ends their process.
import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const patienceMs = 150_000;

if (isMainThread) {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  setInterval(() => Atomics.add(beats, 0, 1), 1_000).unref();
  new Worker(new URL(import.meta.url), { workerData: beats }).unref();
} else watch(workerData as Int32Array);

function watch(beats: Int32Array) {
  let [last, since] = [Atomics.load(beats, 0), Date.now()];
  setInterval(() => {
    const beat = Atomics.load(beats, 0);
    if (beat !== last) [last, since] = [beat, Date.now()];
    else if (Date.now() - since > patienceMs) end();
  }, 5_000);
}

function end() {
  const session = new Session();
  const files = new Map<string, string>();
  session.connectToMainThread();
  session.on('Debugger.scriptParsed', ({ params }) => files.set(params.scriptId, params.url));
  session.on('Debugger.paused', ({ params }) => {
    const at = params.callFrames.map(
      ({ functionName, location }) =>
        `  ${functionName || '(nameless)'} ${files.get(location.scriptId)}:${location.lineNumber + 1}`,
    );
    writeSync(
      2,
      `The tests of this process have not yielded for ${patienceMs} ms; they are at\n${at.join('\n')}\n`,
    );
    process.kill(process.pid, 'SIGKILL');
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 10_000);
}
