// The library component where there are no files: core modules come with the program, or are fetched.
import { CORES } from 'generated/cores';
import { instantiate } from 'generated/library-component';

let take;
const taken = new Map();

/** Has core modules from `source(file, digest)`, which gives them or promises to. */
export const takeFrom = (source) => (take = source);

/** As on Node; there is one component. */
export async function component() {
  await Promise.all(Object.values(CORES.library).map(load));
  return { instantiate, core: (core) => taken.get(CORES.library[core].file) };
}

async function load({ file, digest }) {
  if (!taken.has(file)) taken.set(file, await take(file, digest));
}

export const instance = (module, imports) => new WebAssembly.Instance(module, imports);
