// The thread in which a key is derived from a passphrase.
import { parentPort, workerData } from 'node:worker_threads';
import { faultOf, newSealing } from './sealing.js';

const { name, given } = workerData;
try {
  parentPort.postMessage({ value: (await newSealing())[name](...given) });
} catch (error) {
  if (faultOf(error) === undefined) throw error;
  parentPort.postMessage({ fault: faultOf(error) });
}
