// The components of the package, as the build left them: glue code in JavaScript and core modules in files, which are
// compiled once in a process, beside its threads. A core module that is not the one that was built is refused before that.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CORES } from 'generated/cores';
import { Unsupported } from './unsupported.js';

const GLUE = {
  library: () => import('generated/library-component'),
  command: () => import('generated/command-component'),
  sealing: () => import('generated/sealing-component'),
};

const modules = new Map();
const coming = new Map();

/** `instantiate` of a component (`library`, `command` or `sealing`), and its core modules by name. */
export async function component(name) {
  const [{ instantiate }] = await Promise.all([GLUE[name](), ...Object.values(CORES[name]).map(load)]);
  return { instantiate, core: (core) => modules.get(CORES[name][core].file) };
}

/** Core modules that another thread has compiled and found right, by their files. */
export const adopt = (compiled) => compiled.forEach((module, file) => modules.set(file, module));

/** What `adopt` takes in another thread. */
export const compiled = () => modules;

async function load({ file, digest }) {
  if (modules.has(file)) return;
  if (!coming.has(file)) coming.set(file, WebAssembly.compile(checked(file, digest)));
  modules.set(file, await coming.get(file));
}

function checked(file, digest) {
  const bytes = readFileSync(new URL(file, import.meta.url));
  if (createHash('sha256').update(bytes).digest('hex') !== digest) {
    throw new Unsupported(`\`${file}\` is not the file that this package was built with`, 'install the package again');
  }
  return bytes;
}

/** A new instance in no time: the module is compiled. */
export const instance = (module, imports) => new WebAssembly.Instance(module, imports);
