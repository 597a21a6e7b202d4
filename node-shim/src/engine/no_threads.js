// In place of the engine of worker threads, where there are none.
import { Unsupported } from './unsupported.js';

export async function run() {
  throw new Unsupported('this runtime has no WebAssembly that waits for promises (JSPI)', 'use a newer one');
}
