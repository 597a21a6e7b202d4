// How secrets and tokens are sealed at rest: the native program's own code, as a component. Randomness comes from here.
import { randomBytes } from 'node:crypto';
import { component, instance } from 'engine/component';
import { builtin } from './builtin.js';

export const KEY_LENGTH = 32;

const newSalt = () => randomBytes(16);
const newNonce = () => randomBytes(24);

let shared;

/** Seals and opens with a key; derives none, which would leave 64 MiB with the instance. */
async function sealing() {
  shared ??= await newSealing();
  return shared;
}

/** A new instance. */
export async function newSealing() {
  const { instantiate, core } = await component('sealing');
  return instantiate(core, {}, instance).sealing;
}

/** The fault of the contract's interface `sealing`. */
export const faultOf = (error) => error?.payload;

export async function sealEntry(key, { client, entry }, content, keepUntil) {
  return (await sealing()).sealEntry(key, newNonce(), client, entry, content, BigInt(keepUntil));
}

/** Nothing for what does not open, which is as good as not there. */
export async function openEntry(key, { client, entry }, file) {
  try {
    return (await sealing()).openEntry(key, client, entry, file);
  } catch (error) {
    if (faultOf(error) === 'damaged') return undefined;
    throw error;
  }
}

/** Until when to keep an entry, in seconds since the Unix epoch; nobody vouches for that before it is opened. */
export async function keepUntil(file) {
  const time = (await sealing()).keepUntil(file);
  return time === undefined ? undefined : Number(time);
}

export async function sealSecrets(opening, secrets) {
  return (await sealing()).sealSecrets(opening, newNonce(), secrets);
}

export async function openSecrets(opening, file) {
  return (await sealing()).openSecrets(opening, file);
}

/** What opens a new file. */
export const deriveNew = (passphrase) => derived('deriveNew', passphrase, newSalt());

/** What opens the file that begins with these bytes. */
export const derive = (passphrase, file) => derived('derive', passphrase, file);

/** In a thread of its own: it takes a quarter of a second and 64 MiB, on purpose. */
function derived(name, ...given) {
  const { Worker } = builtin('node:worker_threads');
  const worker = new Worker(new URL('./derivation.js', import.meta.url), { workerData: { name, given }, env: {}, execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.once('message', ({ value, fault }) => (fault ? reject(Object.assign(new Error(fault), { payload: fault })) : resolve(value)));
    worker.once('error', reject);
  }).finally(() => worker.terminate());
}
