// Processes that tests start.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { emulatorAt } from './emulator.js';
import { installed, keys, workspace } from './workspace.js';

const node = (version) => [installed(`node-${version}/bin/node`)];

/** Command lines of the runtimes, by name. The first is the one of the operating system, which runs these tests. */
export const RUNTIMES = {
  'Node 20': [process.execPath],
  'Node 22': node(22),
  'Node 24': node(24),
  'Node 26': node(26),
  Deno: [installed('@deno/linux-x64-glibc/deno'), 'run', '--allow-all', '--quiet'],
  // Its install script, which is not run, would move it.
  Bun: [[installed('@oven/bun-linux-x64/bin/bun'), installed('bun/bin/bun.exe')].find(existsSync) ?? installed('bun')],
};

/** Why a runtime cannot be tested, for the option `skip`; in continuous integration nothing may be missing. */
export function missing(program) {
  if (existsSync(program)) return false;
  if (process.env.CI === 'true') throw new Error(`${program} is missing: run \`tests/install\``);
  return `${program} is missing: run \`tests/install\``;
}

/** Runs a program to its end: exit code and both streams. */
export async function run([program, ...before], given = [], { stdin = '', ...options } = {}) {
  const child = spawn(program, [...before, ...given], options);
  child.stdin.on('error', () => {}).end(stdin);
  const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, signal, stdout, stderr };
}

/** A running emulator, over TLS if it is told where to write the certificate of the authority to trust. */
export async function startEmulator({ certificateAuthority, names = [] } = {}) {
  const program = workspace('target/release/entra-emulator');
  if (!existsSync(program)) throw new Error(`${program} is missing: run \`cargo build --release\``);
  const tls = certificateAuthority ? ['--tls', '--ca-out', certificateAuthority] : [];
  const named = names.flatMap((name) => ['--name', name]);
  const child = spawn(program, ['--port', '0', ...tls, ...named], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  return { ...emulatorAt(JSON.parse(line).authority, keys()), stop: () => child.kill() };
}
