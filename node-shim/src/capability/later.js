// A capability that is loaded when it is first asked: most calls need few of them, and each takes time to load.
import { CONTRACT } from '../engine/contract.js';

/** The capability of this name, which `load` promises. */
export function later(name, load) {
  let loading;
  const loaded = () => (loading ??= load());
  const functions = Object.keys(CONTRACT[name]).filter((member) => CONTRACT[name][member].isRight);
  return Object.fromEntries(functions.map((member) => [member, async (...given) => (await loaded())[member](...given)]));
}
