// Both programs for Windows, in the Windows that `tests/install` made. There a lock is taken while a file is opened, which is another
// way than anywhere else, and what one program has locked the other one must find locked.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { missing, startEmulator } from './processes.js';
import { User } from './user.js';
import { packaged, workspace } from './workspace.js';

const [windows, node, native] = [
  'tests/windows/run',
  'target/tools/node-for-windows/node.exe',
  'target/x86_64-pc-windows-gnu/release/entra-auth-cli.exe',
].map(workspace);
const skip = missing(node) || missing(native);

/** A path as programs for Windows write it. */
const there = (path) => `Z:${path.replaceAll('/', '\\')}`;

const NATIVE = [windows, native];
const NODE = [windows, node, there(packaged('command.js'))];

class WindowsUser extends User {
  #runs = 0;

  constructor() {
    super();
    this.environment.ENTRA_AUTH_CLI_CONFIG_PATH = there(join(this.home, 'config'));
    // Wine calls itself a Windows that is too old.
    this.environment.NODE_SKIP_PLATFORM_CHECK = '1';
  }

  /** Files stand for the streams: there Node finds no pipes. */
  async succeed(program, line, { stdin = '' } = {}) {
    this.#runs += 1;
    const streams = ['stdin', 'stdout', 'stderr'].map((name) => join(this.home, `${name}.${this.#runs}`));
    writeFileSync(streams[0], stdin);
    const stdio = streams.map((path, index) => openSync(path, index === 0 ? 'r' : 'w'));
    const [code] = await once(this.start(program, line, { stdio }), 'close');
    stdio.forEach(closeSync);
    assert.equal(code, 0, readFileSync(streams[2], 'utf8'));
    return readFileSync(streams[1], 'utf8').trim();
  }
}

let emulator;
let user;

before(async () => {
  emulator = await startEmulator();
  user = new WindowsUser();
});
after(() => {
  emulator.stop();
  user.leave();
});

const posts = async () => (await emulator.requests()).filter(({ path }) => path.endsWith('/token')).length;

test('on Windows, too, whoever holds an entry keeps the other program waiting', { skip }, async () => {
  await user.createProfile(NATIVE, emulator.authority);
  for (const [holder, waiting] of [[NATIVE, NODE], [NODE, NATIVE]]) {
    await user.succeed(NATIVE, 'clear-cache -p api');
    await emulator.reset();
    // The first answer comes late, each other one at once.
    await emulator.failOnce({ delay_ms: 6_000 });
    const first = user.succeed(holder, 'get-token -p api');
    while ((await posts()) === 0) await sleep(20);
    assert.equal(await user.succeed(waiting, 'get-token -p api'), await first);
    assert.equal(await posts(), 1);
  }
});
