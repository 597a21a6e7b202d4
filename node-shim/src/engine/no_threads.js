// In place of the engine of worker threads, where there are none: what only looks something up needs none.
import { Answers } from './answers.js';
import * as repeating from './repeating.js';
import { Unsupported } from './unsupported.js';

export async function run(order, host, command) {
  const outcome = order.isLookup && (await repeating.run(order, host, command, new Answers()));
  if (outcome) return outcome;
  throw new Unsupported('this runtime has no WebAssembly that waits for promises (JSPI)', 'use a newer one');
}
