// One suite in every runtime, and one process for both ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RUNTIMES, missing, run, startEmulator } from './processes.js';
import { workspace } from './workspace.js';

// Side by side, each with an emulator of its own: most of the suite waits.
test('one suite in every runtime', { concurrency: 2 }, async (all) => {
  const suites = Object.entries(RUNTIMES).map(([name, command]) =>
    all.test(`the suite in ${name}`, { skip: missing(command[0]) }, async (context) => {
      const emulator = await startEmulator();
      context.after(() => emulator.stop());
      const { code, stdout, stderr } = await run(command, [workspace('node-shim/test/runner.js'), emulator.authority]);
      for (const line of stdout.trim().split('\n')) context.diagnostic(line);
      assert.equal(code, 0, `${stdout}${stderr}`);
      assert.match(stdout, /^ok /);
      assert.doesNotMatch(stderr, /Warning/);
    }),
  );
  await Promise.all(suites);
});

// Both engines: where WebAssembly waits for promises, and where it does not.
for (const name of ['Node 20', 'Node 26']) {
  test(`client and server in one process (${name})`, { skip: missing(RUNTIMES[name][0]) }, async () => {
    const { code, stdout, stderr } = await run(RUNTIMES[name], [workspace('node-shim/test/one_process.js')]);
    assert.equal(code, 0, stderr);
    // The server has things to say besides.
    assert.match(stdout, /^done$/m);
  });
}
