// The suite in Cloudflare's runtime, where `fetch` is the way out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { missing, startEmulator } from './processes.js';
import { installed, keys, packaged, workspace } from './workspace.js';

const program = installed('@cloudflare/workerd-linux-64/bin/workerd');
const skip = missing(program);

let address;
let child;
let emulator;
let folder;

before(async () => {
  if (skip) return;
  emulator = await startEmulator();
  folder = mkdtempSync(join(tmpdir(), 'workerd-'));
  cpSync(packaged(''), folder, { recursive: true });
  for (const name of ['workerd', 'suite', 'emulator']) cpSync(workspace(`node-shim/test/${name}.js`), join(folder, `${name}.js`));
  const { port } = await freePort();
  address = `http://127.0.0.1:${port}/`;
  writeFileSync(join(folder, 'config.capnp'), configuration(port));
  child = spawn(program, ['serve', join(folder, 'config.capnp')], { stdio: 'inherit' });
});
after(() => {
  if (skip) return;
  child.kill('SIGKILL');
  emulator.stop();
  rmSync(folder, { recursive: true });
});

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const found = server.address();
  server.close();
  return found;
}

/** Every file that the worker imports, by the names under which it does. */
function configuration(port) {
  const modules = ['workerd.js', 'suite.js', 'emulator.js', ...imported('edge.js')].map((name) => {
    const kind = name.endsWith('.wasm') ? 'wasm' : 'esModule';
    return `(name = "${name}", ${kind} = embed "${name}")`;
  });
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [${modules.join(', ')}],
      compatibilityDate = "2026-11-01",
    )),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`;
}

function imported(name, found = new Set()) {
  found.add(name);
  if (name.endsWith('.wasm')) return [...found];
  for (const [, next] of readFileSync(join(folder, name), 'utf8').matchAll(/(?:from|import)\s*\(?"?'?\.\/([\w.-]+)["']/g)) {
    if (!found.has(next)) imported(next, found);
  }
  return [...found];
}

test('the suite in workerd', { skip }, async (context) => {
  let response;
  for (let attempt = 0; !response && attempt < 100; attempt += 1) {
    response = await fetch(address, { method: 'POST', body: JSON.stringify({ authority: emulator.authority, keys: keys() }) }).catch(() => sleep(100));
  }
  const lines = await response.text();
  for (const line of lines.split('\n')) context.diagnostic(line);
  assert.equal(response.status, 200, lines);
});
