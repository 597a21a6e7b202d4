// A running `entra-emulator`, in a process of its own: calls into a component block this one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { workspace } from './workspace.js';

export async function startEmulator() {
  const program = workspace('target/release/entra-emulator');
  if (!existsSync(program)) throw new Error(`${program} is missing: run \`cargo build --release\``);
  const process = spawn(program, ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(process.stdout), 'line');
  const { authority } = JSON.parse(line);
  const control = (method, path, body) =>
    fetch(`${authority}/__emulator${path}`, { method, body: body && JSON.stringify(body) });
  return {
    authority,
    failOnce: (fault) => control('POST', '/faults', fault),
    requests: async () => (await control('GET', '/requests')).json(),
    reset: () => control('DELETE', ''),
    stop: () => process.kill(),
  };
}
