// The worker thread: components for engines that cannot wait, which block this thread instead of the event loop.
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { adopt, component, instance } from 'engine/component';
import { BLOCKING } from './blocking.js';
import { capabilityImports } from './capability_imports.js';
import { Line } from './line.js';
import { outcomeOf } from './order.js';
import { Unsupported } from './unsupported.js';
import { wasi } from './wasi.js';
import { readyAmong, waitFor } from './wasi_io.js';

const line = new Line(workerData.port, workerData.counter);

adopt(workerData.modules);

const unsent = [];

const waits = {
  poll(pollables) {
    for (;;) {
      const ready = readyAmong(pollables);
      if (ready.length > 0) return ready;
      // A request goes out when its answer is waited for: never, if there is no time left for it.
      unsent.splice(0).forEach((start) => start());
      line.wait(waitFor(pollables));
    }
  },
  block: (pollable) => void waits.poll([pollable]),
};

const capabilities = capabilityImports(
  (...invoke) => line.ask({ invoke }),
  (release) => line.send({ release }),
);

parentPort.on('message', async ({ call, order, command }) => {
  line.start(call);
  try {
    parentPort.postMessage({ call, outcome: await carriedOut(order, command) });
  } catch (error) {
    // A class of ours would not arrive as what it is.
    parentPort.postMessage({ call, defect: error, unsupported: error instanceof Unsupported && { ...error } });
  }
});

async function carriedOut(order, command) {
  const { instantiate, core } = await component(order.component);
  unsent.length = 0;
  const send = (request, done) => unsent.push(() => line.send({ send: request }, ({ value }) => done(value)));
  const imports = { ...wasi(waits, send, command && withStreams(command)), ...capabilities };
  return outcomeOf(instantiate(core, imports, instance, BLOCKING), order);
}

const withStreams = (command) => ({
  ...command,
  stdin: (most) => line.ask({ stdin: most }),
  stdinLater: (most, done) => line.send({ stdin: most }, ({ value = new Uint8Array() }) => done(value)),
  write: (descriptor, bytes) => line.ask({ write: [descriptor, bytes.slice()] }),
});
