// Every block of JavaScript and every command line of the package's page and of `docs/node.md`, as it stands there.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run, startEmulator } from './processes.js';
import { NODE, User } from './user.js';
import { packaged, workspace } from './workspace.js';

const PAGES = ['node-shim/README.md', 'docs/node.md'];

/** What the documents' API answers, so that the blocks need no other one. */
const API = `
globalThis.fetch = async (url, { headers }) => {
  if (url !== 'https://api.mycompany.com/v1/data' || !/^Bearer ey/.test(headers.authorization)) throw new Error('no such API');
  return new Response('{}');
};
`;

let emulator;
let proxy;
let user;

before(async () => {
  user = new User();
  const certificateAuthority = join(user.home, 'ca.pem');
  emulator = await startEmulator({ certificateAuthority, names: ['login.microsoftonline.com', 'graph.microsoft.com'] });
  proxy = await startProxy(new URL(emulator.authority).port);
  Object.assign(user.environment, {
    HTTPS_PROXY: `http://127.0.0.1:${proxy.address().port}`,
    ENTRA_AUTH_CLI_CA_FILE: certificateAuthority,
    CLIENT_SECRET: 'S3cr3t~+/=&% é',
  });
  useBrowser();
  mkdirSync(join(user.home, 'node_modules/.bin'), { recursive: true });
  symlinkSync(packaged(''), join(user.home, 'node_modules/entra-auth-cli'));
  symlinkSync(packaged('command.js'), join(user.home, 'node_modules/.bin/entra-auth-cli'));
  chmodSync(packaged('command.js'), 0o755);
  const line =
    'config create --non-interactive --name my-api-client --tenant-id contoso.onmicrosoft.com ' +
    '--client-id 99999999-8888-7777-6666-555555555555 --client-secret - --scope api://your-api-id/.default';
  await user.succeed(NODE, line, { stdin: user.environment.CLIENT_SECRET });
});
after(() => {
  emulator.stop();
  proxy.close();
  user.leave();
});

/** Leads every tunnel to the emulator. */
async function startProxy(port) {
  const server = createServer().on('connect', (request, socket) => {
    const onward = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const each of [socket, onward]) each.on('error', () => [socket, onward].forEach((end) => end.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A person whose browser finds the emulator under the name of Entra. */
function useBrowser() {
  user.useBrowser(`
    const { Person } = await import(${JSON.stringify(workspace('tests/node/person.js'))});
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    const real = globalThis.fetch;
    globalThis.fetch = (given, ...others) => real(String(given).replace('https://login.microsoftonline.com', ${JSON.stringify(emulator.authority)}), ...others);
    const onward = (await real(url, { redirect: 'manual' })).headers.get('location');
    const { address, answer } = await new Person().signIn(onward.replace('https://login.microsoftonline.com', ${JSON.stringify(emulator.authority)}));
    await real(address, { method: 'POST', body: new URLSearchParams(answer) });
  `);
}

function blocks(page, language) {
  const text = readFileSync(workspace(page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(({ 1: source, index }) => ({
    source,
    line: text.slice(0, index).split('\n').length + 1,
  }));
}

for (const page of PAGES) {
  for (const { source, line } of blocks(page, 'js')) {
    test(`${page}, block at line ${line}`, async () => {
      const file = join(user.home, 'block.mjs');
      writeFileSync(file, API + source);
      const { code, stderr } = await run([process.execPath], [file], { cwd: user.home, env: user.environment });
      assert.deepEqual([code, stderr], [0, '']);
    });
  }
}

test('the command lines of the package page run', async () => {
  const lines = blocks(PAGES[0], 'bash').flatMap(({ source }) => source.trim().split('\n'));
  for (const line of lines.filter((line) => line !== 'npm install entra-auth-cli')) {
    const { code, stderr } = await run(['bash'], ['-c', line], { cwd: user.home, env: user.environment });
    assert.equal(code, 0, `${line}: ${stderr}`);
  }
  assert.equal(lines.length > 2, true);
});
