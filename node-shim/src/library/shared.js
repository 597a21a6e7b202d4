// The capabilities of this machine for a library: loaded when the first call needs them, and the same ones for all clients
// of the process, so that a key is derived once. Nobody is asked for a passphrase.
import { CONTRACT } from '../engine/contract.js';

let machine;

async function capability(name) {
  machine ??= import('../capability/machine.js').then(({ machine }) => machine());
  return (await machine)[name];
}

/** The capability of this name. */
export function shared(name) {
  const functions = Object.keys(CONTRACT[name]).filter((member) => CONTRACT[name][member].isRight);
  return Object.fromEntries(functions.map((member) => [member, ask(name, member)]));
}

function ask(name, member) {
  return async (...given) => (await capability(name))[member](...given);
}
