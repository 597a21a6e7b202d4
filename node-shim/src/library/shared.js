// The capabilities of this machine for a library: loaded when the first call needs them, and the same ones for all clients
// of the process, so that a key is derived once. Nobody is asked for a passphrase.
import { later } from '../capability/later.js';

let machine;

function capability(name) {
  machine ??= import('../capability/machine.js').then(({ machine }) => machine());
  return machine.then((all) => all[name]);
}

/** The capability of this name. */
export const shared = (name) => later(name, () => capability(name));
