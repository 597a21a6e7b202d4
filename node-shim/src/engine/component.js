// The components of the package, as the build left them: glue code in JavaScript and core modules in files, which are
// compiled once in a process. A core module that is not the one that was built is refused before it is compiled.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CORES } from 'generated/cores';

const GLUE = {
  'library-jspi': () => import('generated/library-jspi'),
  'library-sync': () => import('generated/library-sync'),
  'command-jspi': () => import('generated/command-jspi'),
  'command-sync': () => import('generated/command-sync'),
  'sealing-sync': () => import('generated/sealing-sync'),
};

const modules = new Map();

/** `instantiate` of a component (`library`, `command` or `sealing`) for an engine (`jspi` or `sync`), and its core modules by name. */
export async function component(name, engine) {
  const { instantiate } = await GLUE[`${name}-${engine}`]();
  return { instantiate, core: (core) => moduleOf(CORES[name][core]) };
}

function moduleOf({ file, digest }) {
  if (!modules.has(file)) modules.set(file, compile(file, digest));
  return modules.get(file);
}

function compile(file, digest) {
  const bytes = readFileSync(new URL(file, import.meta.url));
  if (createHash('sha256').update(bytes).digest('hex') !== digest) {
    throw new Error(`\`${file}\` is not the file that this package was built with: install the package again`);
  }
  return new WebAssembly.Module(bytes);
}

/** A new instance in no time: the module is compiled. */
export const instance = (module, imports) => new WebAssembly.Instance(module, imports);
