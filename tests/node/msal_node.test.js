// Microsoft's own client for Node judges the emulator over TLS, because it insists on it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startEmulator } from './emulator.js';
import { workspace } from './workspace.js';

// Node reads whom to trust when it starts. So the emulator comes first, and the flows run in a process of their own.
test('every flow of @azure/msal-node', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'msal-node-'));
  const certificateAuthority = join(folder, 'ca.pem');
  const emulator = await startEmulator({ certificateAuthority });
  const flows = spawn(process.execPath, [workspace('tests/node/msal_node.js'), emulator.authority], {
    env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: certificateAuthority },
    stdio: 'inherit',
  });
  const [code] = await once(flows, 'exit');
  emulator.stop();
  rmSync(folder, { recursive: true });
  assert.equal(code, 0);
});
