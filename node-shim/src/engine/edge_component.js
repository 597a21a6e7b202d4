// The library component where core modules come with the program, compiled: as imports of `.wasm` files.
import { CORES } from 'generated/cores';
import { MODULES } from 'generated/modules';
import { instantiate } from 'generated/library-component';

/** As on Node; there is one component and one engine. */
export async function component() {
  return { instantiate, core: (core) => MODULES[CORES.library[core].file] };
}

export const instance = (module, imports) => new WebAssembly.Instance(module, imports);
