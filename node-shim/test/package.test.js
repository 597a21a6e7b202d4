// The package as people get it: packed, installed into an empty folder, and judged by others' tools.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { RUNTIMES, missing, run } from './processes.js';
import { installed, packaged, workspace } from './workspace.js';

/** In bytes: unpacked, and to download. Five sixths of it are the components. */
const LARGEST = { unpacked: 2_600_000, packed: 960_000 };

let folder;
let tarball;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'package-'));
  const { stdout } = await run(['npm'], ['pack', packaged(''), '--pack-destination', folder, '--json'], { cwd: folder });
  tarball = JSON.parse(stdout)[0];
  writeFileSync(join(folder, 'package.json'), '{}');
  const options = ['--ignore-scripts', '--omit=peer', '--no-audit', '--no-fund', '--offline'];
  const { code, stderr } = await run(['npm'], ['install', ...options, `./${tarball.filename}`], { cwd: folder });
  assert.equal(code, 0, stderr);
});
after(() => rmSync(folder, { recursive: true }));

/** What a program prints that runs in the folder. */
async function evaluated(command, source, file) {
  writeFileSync(join(folder, file), source);
  const { code, stdout, stderr } = await run(command, [file], { cwd: folder });
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

test('it needs nothing and is small', () => {
  assert.deepEqual(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')), ['entra-auth-cli']);
  assert.equal(tarball.unpackedSize < LARGEST.unpacked, true, `${tarball.unpackedSize} bytes unpacked`);
  assert.equal(tarball.size < LARGEST.packed, true, `${tarball.size} bytes packed`);
  const { dependencies, version } = JSON.parse(readFileSync(packaged('package.json')));
  assert.equal(dependencies, undefined);
  assert.match(readFileSync(workspace('Cargo.toml'), 'utf8'), new RegExp(`^version = "${version}"$`, 'm'));
});

test('what is in it stands in the components, byte for byte', () => {
  const components = ['entra-auth-library', 'entra-auth-native', 'sealing'].map((name) => readFileSync(workspace(`target/components/${name}.wasm`)));
  // The four guests: command line, client, gate and sealer. The others are what jco puts between them.
  const size = (name) => statSync(packaged(name)).size;
  const cores = readdirSync(packaged('')).filter((name) => name.endsWith('.wasm'));
  for (const name of cores.sort((one, other) => size(other) - size(one)).slice(0, 4)) {
    assert.equal(components.some((component) => component.includes(readFileSync(packaged(name)))), true, name);
  }
});

const USE = "createClient().inspect('hello').then(({ kind }) => console.log(kind))";

test('it is imported and required', async () => {
  const skipped = ['Node 20', 'Node 22', 'Node 26'].filter((name) => missing(RUNTIMES[name][0]));
  for (const name of ['Node 20', 'Node 22', 'Node 26'].filter((name) => !skipped.includes(name))) {
    const node = RUNTIMES[name];
    assert.equal(await evaluated(node, `import { createClient } from 'entra-auth-cli'; ${USE}`, 'use.mjs'), 'opaque', name);
    const required = `const { createClient } = require('entra-auth-cli'); ${USE}`;
    assert.equal(await evaluated([...node, '--no-warnings'], required, 'use.cjs'), 'opaque', name);
  }
});

test('the command runs by its name', async () => {
  const program = join(folder, 'node_modules/.bin/entra-auth-cli');
  const { code, stdout } = await run([program], ['--version']);
  assert.equal(code, 0);
  assert.match(stdout, /^entra-auth-cli \d/);
  const npx = await run(['npx'], ['--offline', 'entra-auth-cli', 'get-token', '-p', 'demo'], { cwd: folder });
  assert.equal(npx.code, 5);
  assert.match(npx.stderr, /the demo tenant lives in the native program/);
});

test('a module that was changed is refused', async () => {
  const copy = join(folder, 'changed');
  cpSync(packaged(''), copy, { recursive: true });
  for (const name of readdirSync(copy).filter((name) => name.endsWith('.wasm'))) {
    const bytes = readFileSync(join(copy, name));
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(join(copy, name), bytes);
  }
  const said = await evaluated(
    [process.execPath],
    "import { createClient } from './changed/index.js'; createClient().inspect('hello').catch(({ message }) => console.log(message))",
    'changed.mjs',
  );
  assert.match(said, /^`core-[0-9a-f]{8}\.wasm` is not the file that this package was built with: install the package again$/);
  for (const name of ['Node 20', 'Node 24'].filter((name) => !missing(RUNTIMES[name][0]))) {
    const { code, stdout, stderr } = await run(RUNTIMES[name], [join(copy, 'command.js'), '--version']);
    assert.deepEqual([code, stdout], [1, ''], name);
    assert.match(stderr, /^error: `core-\w+\.wasm` is not the file that this package was built with\nhint: install the package again\n$/);
  }
});

test('a runtime that lacks what is needed is told what', async () => {
  const { code, stderr } = await run([process.execPath, '--jitless'], [packaged('command.js'), '--version']);
  assert.equal(code, 1);
  assert.match(stderr, /^error: this runtime has no WebAssembly\nhint: start it without `--jitless`\n$/m);
  const use = "createClient().inspect('hello').catch(({ message }) => console.log(message))";
  const said = await evaluated([process.execPath, '--jitless'], `import { createClient } from 'entra-auth-cli'; ${use}`, 'jitless.mjs');
  assert.equal(said.split('\n').at(-1), 'this runtime has no WebAssembly: start it without `--jitless`');
});

test('its types say what is right and what is wrong', { skip: missing(installed('typescript/lib/version.cjs')) && 'typescript is missing' }, async () => {
  const types = join(folder, 'types');
  mkdirSync(join(types, 'node_modules/@azure'), { recursive: true });
  symlinkSync(packaged(''), join(types, 'node_modules/entra-auth-cli'));
  for (const name of ['@azure/core-auth', '@types']) symlinkSync(installed(name), join(types, 'node_modules', name));
  cpSync(workspace('node-shim/test/types.ts'), join(types, 'types.ts'));
  const options = { strict: true, noEmit: true, module: 'nodenext', target: 'es2024', types: ['node'], skipLibCheck: false, lib: ['es2024', 'esnext.disposable', 'dom'] };
  writeFileSync(join(types, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['types.ts'] }));
  writeFileSync(join(types, 'package.json'), '{"type":"module"}');
  const { code, stdout } = await run([process.execPath], [installed('typescript/bin/tsc'), '--project', types]);
  assert.equal(code, 0, stdout);
});

test('publint and attw find nothing', async (context) => {
  for (const [program, ...given] of [
    ['publint/src/cli.js', 'run', '--strict', packaged('')],
    ['@arethetypeswrong/cli/dist/index.js', join(folder, tarball.filename), '--profile', 'esm-only', '--no-color'],
  ]) {
    if (missing(installed(program))) return context.skip(`${program} is missing`);
    const { code, stdout, stderr } = await run([process.execPath, installed(program)], given, { cwd: folder });
    assert.equal(code, 0, stdout + stderr);
  }
});
