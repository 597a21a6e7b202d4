// Builds the npm package: `node node-shim/build.js` writes it into `target/node-package`, ready for `npm pack`.
//
// The components become JavaScript by jco, once each for both engines: where WebAssembly waits for promises (JSPI), and where
// it blocks a worker. jco is pinned to 1.15.4 on purpose. Later versions carry the task runtime of WASI 0.3 into every
// component: two to three times the JavaScript, 50 ms for each instance on Node 22, and an import that throws leaves a call
// of a JSPI build hanging for ever, where this version rejects it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { NEEDLESS, glue } from './glue.js';
import { CONTRACT, kebab } from './src/engine/contract.js';

const source = fileURLToPath(new URL('.', import.meta.url));
const workspace = fileURLToPath(new URL('..', import.meta.url));
const tools = `${workspace}target/tools/node-shim`;
const output = `${workspace}target/node-package`;

/** Components by the name that the package has for each, and what it calls of them. */
const COMPONENTS = {
  library: { file: 'entra-auth-library.wasm', exports: ['tokens', 'directory', 'jwt', 'gate'] },
  command: { file: 'entra-auth-native.wasm', exports: ['run'] },
  sealing: { file: 'sealing.wasm', exports: ['sealing'] },
};

/** The library, and programs and threads; what several of them need becomes files of its own. */
const PROGRAMS = ['command', 'engine/worker', 'system/derivation'];
const ENTRY_POINTS = ['index', 'azure', ...PROGRAMS];

/** What the names of modules of the runtime begin with while the package is put together. */
const BUILTIN = '\0node:';

/** Exports that wait for something. */
const WAITING_EXPORTS = {
  'entra-auth:core/tokens': ['acquire', 'renew', 'cached', 'forget'],
  'entra-auth:core/directory': ['applications'],
  'wasi:cli/run': ['run'],
};

/** Imports of WASI that wait for something. */
const WAITING_IMPORTS = {
  'wasi:io/poll': ['poll', '[method]pollable.block'],
  'wasi:io/streams': ['[method]input-stream.blocking-read'],
};

installTools();
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const cores = {};
for (const [name, component] of Object.entries(COMPONENTS)) cores[name] = await transpiled(name, component);
writeFileSync(`${output}/cores.js`, `export const CORES = ${JSON.stringify(cores)};\n`);
await bundle();
writePackage();

/** Outside the source tree; the lockfile is copied last, as the sign that all is there. */
function installTools() {
  const lock = `${source}package-lock.json`;
  const installed = `${tools}/installed.json`;
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(lock))) return;
  mkdirSync(tools, { recursive: true });
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) copyFileSync(source + file, `${tools}/${file}`);
  const options = ['--prefix', tools, '--ignore-scripts', '--omit=peer', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  copyFileSync(lock, installed);
}

function tool(name) {
  return import(pathToFileURL(createRequire(`${tools}/package.json`).resolve(name)));
}

/** Writes the glue code of a component, and its core modules; returns their files and digests by name. */
async function transpiled(name, { file, exports }) {
  const { transpile, componentWit } = await tool('@bytecodealliance/jco');
  const bytes = readFileSync(`${workspace}target/components/${file}`);
  const { files } = await transpile(bytes, {
    name,
    instantiation: 'async',
    asyncMode: 'jspi',
    ...waiting(await componentWit(bytes)),
    // What a component gives was made by a compiler from the same interfaces.
    validLiftingOptimization: true,
    nodejsCompat: false,
    typescript: false,
  });
  const cores = {};
  for (const [file, content] of Object.entries(files)) {
    if (file.endsWith('.js')) writeFileSync(`${output}/${name}-component.js`, await minified(glue(Buffer.from(content).toString(), exports)));
    else cores[file] = core(content);
  }
  return cores;
}

/** By terser, because rollup keeps functions inside a function that nobody calls. */
async function minified(text, options = { compress: { passes: 3, pure_funcs: NEEDLESS } }) {
  const { minify } = await tool('terser');
  return (await minify(text, { module: true, ecma: 2022, ...options })).code;
}

/** Ships a core module under a name that says what is in it, and once, whatever component it was found in. */
function core(content) {
  const digest = createHash('sha256').update(content).digest('hex');
  const file = `core-${digest.slice(0, 8)}.wasm`;
  writeFileSync(`${output}/${file}`, content);
  return { file, digest };
}

/** The functions that wait, as jco wants them: with the versions that the component names. */
function waiting(wit) {
  const capabilities = Object.entries(CONTRACT).map(([name, members]) => [`entra-auth:core/${name}`, functionsOf(members)]);
  return {
    asyncImports: versioned(wit, [...capabilities, ...Object.entries(WAITING_IMPORTS)]),
    asyncExports: versioned(wit, Object.entries(WAITING_EXPORTS)),
  };
}

function functionsOf(members) {
  return Object.entries(members).flatMap(([name, what]) =>
    what.isRight ? [kebab(name)] : Object.keys(what).map((method) => `[method]${kebab(name)}.${kebab(method)}`),
  );
}

function versioned(wit, interfaces) {
  return interfaces.flatMap(([name, functions]) => {
    const [found] = wit.match(new RegExp(`${name}@[\\d.]+`)) ?? [];
    return found ? functions.map((name) => `${found.replace(/\.$/, '')}#${name}`) : [];
  });
}

/** The hand-written part, beside the glue code. Its names stay, by which a report of a defect says where it was. */
async function bundle() {
  writeFileSync(`${output}/modules.js`, modules(cores.library));
  await bundled(ENTRY_POINTS);
  await bundled(['browser', 'edge'], { 'engine/component': 'engine/edge_component', 'engine/threaded': 'engine/no_threads' });
}

/** Core modules as imports, for runtimes that compile them with the program. */
function modules(cores) {
  const files = [...new Set(Object.values(cores).map(({ file }) => file))];
  const imports = files.map((file, index) => `import m${index} from './${file}';\n`);
  const members = files.map((file, index) => `  '${file}': m${index},\n`);
  return `${imports.join('')}export const MODULES = {\n${members.join('')}};\n`;
}

/** By rollup, which makes few files of it: each takes most of a millisecond to load. */
async function bundled(entryPoints, substitutes = {}) {
  const { rollup } = await tool('rollup');
  const packed = {
    name: 'package',
    buildStart() {
      entryPoints.map(entry).forEach((each) => this.emitFile(each));
    },
    resolveId: (path, importer) => place(substitutes[path] ?? path, importer),
    load: (id) => (id.startsWith(BUILTIN) ? builtinModule(id.slice(1)) : undefined),
    transform: (text) => text.replaceAll('process.env.ENTRA_AUTH_CLI_VERSION', JSON.stringify(version())),
    renderChunk: (text) => minified(text, { compress: false, mangle: false }),
  };
  const bundle = await rollup({ input: [], plugins: [packed] });
  await bundle.write({ dir: output, chunkFileNames: '[name]-[hash].js' });
}

/** What others share with a program they may take from it, while a library exports what it says and nothing else. */
function entry(name) {
  const preserveSignature = PROGRAMS.includes(name) ? 'allow-extension' : 'strict';
  return { type: 'chunk', id: `${source}src/${name}.js`, fileName: `${name.split('/').at(-1)}.js`, preserveSignature };
}

function place(path, importer) {
  if (path.startsWith('generated/')) return { id: path.replace('generated', '.').concat('.js'), external: true };
  if (path.startsWith('engine/')) return `${source}src/${path}.js`;
  if (!path.startsWith('node:')) return undefined;
  return importer.endsWith('/builtin.js') ? { id: path, external: true } : { id: BUILTIN + path.slice('node:'.length), moduleSideEffects: false };
}

/** An import of `node:…` becomes what `builtin` gives: a module in its own right evaluates each of its members. */
function builtinModule(path) {
  const own = `${source}src/system/builtin.js`;
  return `import { builtin } from ${JSON.stringify(own)};\nexport const { ${importedNames(path).join(', ')} } = builtin('${path}');\n`;
}

/** What the package imports of a module of the runtime. */
function importedNames(path) {
  const files = readdirSync(`${source}src`, { recursive: true }).filter((name) => name.endsWith('.js'));
  const names = files.flatMap((file) => {
    const imports = readFileSync(`${source}src/${file}`, 'utf8').matchAll(/^import \{(.*)\} from '(.*)';$/gm);
    const members = [...imports].filter(([, , from]) => from === path).flatMap(([, members]) => members.split(','));
    return members.map((member) => member.trim().split(' as ')[0]);
  });
  return [...new Set(names)];
}

function writePackage() {
  const { devDependencies, scripts, ...manifest } = JSON.parse(readFileSync(`${source}package.json`));
  writeFileSync(`${output}/package.json`, `${JSON.stringify({ version: version(), ...manifest }, null, 2)}\n`);
  for (const file of ['LICENSE-APACHE', 'LICENSE-MIT']) copyFileSync(workspace + file, `${output}/${file}`);
  copyFileSync(`${source}README.md`, `${output}/README.md`);
  for (const file of readdirSync(`${source}src`).filter((name) => /^inspect\.|\.d\.ts$/.test(name))) {
    copyFileSync(`${source}src/${file}`, `${output}/${file}`);
  }
}

/** The workspace's. */
function version() {
  return /^version = "(.*)"$/m.exec(readFileSync(`${workspace}Cargo.toml`, 'utf8'))[1];
}
