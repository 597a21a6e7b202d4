// One suite in every runtime, and one process for both ends.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { RUNTIMES, missing, run, startEmulator } from './processes.js';
import { workspace } from './workspace.js';

let emulator;
before(async () => (emulator = await startEmulator()));
after(() => emulator.stop());

for (const [name, command] of Object.entries(RUNTIMES)) {
  test(`the suite in ${name}`, { skip: missing(command[0]) }, async (context) => {
    const { code, stdout, stderr } = await run(command, [workspace('node-shim/test/runner.js'), emulator.authority]);
    for (const line of stdout.trim().split('\n')) context.diagnostic(line);
    assert.equal(code, 0, `${stdout}${stderr}`);
    assert.match(stdout, /^ok /);
  });
}

// Both engines: where WebAssembly waits for promises, and where it does not.
for (const name of ['Node 20', 'Node 26']) {
  test(`client and server in one process (${name})`, { skip: missing(RUNTIMES[name][0]) }, async () => {
    const { code, stdout, stderr } = await run(RUNTIMES[name], [workspace('node-shim/test/one_process.js')]);
    assert.deepEqual([code, stdout], [0, 'done\n'], stderr);
  });
}
