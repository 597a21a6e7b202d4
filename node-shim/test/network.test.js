// The same word for the same fault, in the native program and on Node: one table, judged in both.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { run, startEmulator } from './processes.js';
import { startSocks } from './socks.js';
import { packaged, workspace } from './workspace.js';

const NATIVE = [workspace('target/release/entra-auth-cli')];
const NODE = [process.execPath, packaged('command.js')];

let emulator;
let folder;
let certificateAuthority;
let proxy;
let silent;
let broken;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'network-'));
  certificateAuthority = join(folder, 'ca.pem');
  emulator = await startEmulator({ certificateAuthority, names: ['login.microsoftonline.com'] });
  proxy = await startProxy();
  silent = await listening(createServer(() => {}));
  broken = await listening(createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'))));
  writeFileSync(join(folder, 'nothing.pem'), 'no certificate\n');
  writeFileSync(join(folder, 'ca.p12'), Buffer.from('308200050201033000', 'hex'));
});
after(() => {
  emulator.stop();
  for (const server of [proxy.server, silent, broken]) server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => (proxy.asked.length = 0));

async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const at = (server, scheme = 'http') => `${scheme}://127.0.0.1:${server.address().port}`;

/** Leads every tunnel to the emulator. It wants a password for hosts that begin with `closed`. */
async function startProxy() {
  const asked = [];
  const server = createHttpServer().on('connect', (request, socket) => {
    asked.push([request.url, request.headers['proxy-authorization']]);
    socket.on('error', () => {});
    if (request.url.startsWith('closed') && !request.headers['proxy-authorization']) {
      return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n');
    }
    const onward = connect(Number(new URL(emulator.authority).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
  });
  await listening(server);
  return { server, asked };
}

/** What a program answers that gets a token with these variables. */
function getToken(program, variables, options = []) {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    AZURE_TENANT_ID: 'contoso.onmicrosoft.com',
    AZURE_CLIENT_ID: '99999999-8888-7777-6666-555555555555',
    AZURE_CLIENT_SECRET: 'S3cr3t~+/=&% é',
    ENTRA_AUTH_CLI_SECRET_STORE: 'none',
    ...variables,
  };
  return run(program, ['get-token', '--scope', 'api://your-api-id/.default', ...options], { env, cwd: folder });
}

const trusting = (variables) => ({ ENTRA_AUTH_CLI_CA_FILE: certificateAuthority, ...variables });

/** Sentence, what the variables are, the exit code, and options. */
const FAULTS = [
  ['nobody listens', () => ({ AZURE_AUTHORITY_HOST: 'http://127.0.0.1:1' }), 5],
  ['nobody listens at an address of IPv6', () => ({ AZURE_AUTHORITY_HOST: 'http://[::1]:1' }), 5],
  ['nobody listens for TLS', () => ({ AZURE_AUTHORITY_HOST: 'https://localhost:1' }), 5],
  ['a name that does not exist', () => ({ AZURE_AUTHORITY_HOST: 'https://login.nowhere.invalid' }), 5],
  ['an authority that nobody vouches for', () => ({ AZURE_AUTHORITY_HOST: emulator.authority }), 5],
  ['TLS wanted of a server that speaks none', () => trusting({ AZURE_AUTHORITY_HOST: at(broken, 'https') }), 5],
  ['a server that never answers', () => ({ AZURE_AUTHORITY_HOST: at(silent) }), 6, ['--timeout', '1s']],
  ['an answer that breaks off', () => ({ AZURE_AUTHORITY_HOST: at(broken) }), 5],
  ['a file of authorities without any', () => ({ AZURE_AUTHORITY_HOST: emulator.authority, ENTRA_AUTH_CLI_CA_FILE: 'nothing.pem' }), 5],
  ['a file of authorities below the home folder', () => ({ AZURE_AUTHORITY_HOST: emulator.authority, ENTRA_AUTH_CLI_CA_FILE: '~/nothing.pem' }), 5],
  ['a file of authorities that is PKCS#12', () => ({ AZURE_AUTHORITY_HOST: emulator.authority, ENTRA_AUTH_CLI_CA_FILE: 'ca.p12' }), 5],
  ['a file of authorities that is not there', () => ({ AZURE_AUTHORITY_HOST: emulator.authority, ENTRA_AUTH_CLI_CA_FILE: '/nonexistent' }), 5],
  ['a proxy that is not there', () => trusting({ AZURE_AUTHORITY_HOST: 'https://login.example', HTTPS_PROXY: 'http://127.0.0.1:1' }), 5],
  ['another server than the one that was meant', () => trusting({ AZURE_AUTHORITY_HOST: 'https://login.example', HTTPS_PROXY: at(proxy.server) }), 5],
];

for (const [sentence, variables, code, options] of FAULTS) {
  test(sentence, async () => {
    const [native, node] = await Promise.all([NATIVE, NODE].map((program) => getToken(program, variables(), options)));
    // Node does not say which certificate it was that nobody vouches for.
    const words = ({ stderr }) => stderr
      .replace(/its certificate was issued by nobody .*\n.*|nobody who is trusted .*\n.*/, 'not trusted')
      // How long the tries took is another each time.
      .replace(/ in \d+ seconds/, '');
    assert.equal(words(node), words(native));
    assert.deepEqual([native.code, node.code], [code, code], node.stderr);
    assert.match(node.stderr, /^error: [^\n]+\nhint: [^\n]+\n$/);
    assert.equal(node.stdout, '');
  });
}

test('whoever is trusted is reached, by whatever way the variables say', async () => {
  const { port } = proxy.server.address();
  const through = `http://127.0.0.1:${port}`;
  const direct = trusting({ AZURE_AUTHORITY_HOST: emulator.authority });
  // There is no other way to a name that does not lead here.
  const named = trusting({ AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com' });
  const rows = [
    [direct, 0],
    [{ ...direct, HTTPS_PROXY: through }, 0],
    [{ ...direct, AZURE_AUTHORITY_HOST: emulator.authority.replace('127.0.0.1', 'localhost'), HTTPS_PROXY: through }, 0],
    [{ ...named, HTTPS_PROXY: through }, 1],
    [{ ...named, https_proxy: ` "127.0.0.1:${port}" `, HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'example.com,microsoft' }, 1],
    [{ ...named, ALL_PROXY: `http://alice:pass%20word@127.0.0.1:${port}` }, 1],
  ];
  for (const [variables, tunnels] of rows) {
    proxy.asked.length = 0;
    const { code, stderr } = await getToken(NODE, variables);
    assert.deepEqual([code, stderr], [0, ''], JSON.stringify(variables));
    assert.equal(proxy.asked.length, tunnels, JSON.stringify(variables));
  }
  assert.equal(proxy.asked[0][1], `Basic ${Buffer.from('alice:pass word').toString('base64')}`);
});

test('a proxy that wants a password is named', async () => {
  const closed = trusting({ AZURE_AUTHORITY_HOST: 'https://closed.example', HTTPS_PROXY: at(proxy.server) });
  for (const [variables, words] of [
    [closed, /the proxy .* asks for a user name and password: HTTP 407\nhint: write them into HTTPS_PROXY/],
  ]) {
    const { code, stderr } = await getToken(NODE, variables);
    assert.equal(code, 5);
    assert.match(stderr, words);
  }
});

test('a SOCKS proxy of either version leads out, in both programs', async () => {
  const socks = await startSocks(Number(new URL(emulator.authority).port));
  const address = `127.0.0.1:${socks.server.address().port}`;
  const named = (proxy, host = 'login.microsoftonline.com') => trusting({ AZURE_AUTHORITY_HOST: `https://${host}`, HTTPS_PROXY: proxy });
  for (const [proxy, asked] of [
    [`socks4a://${address}`, [4, 'login.microsoftonline.com:443', '']],
    [`socks5h://${address}`, [5, 'login.microsoftonline.com:443', '']],
    [`socks5h://alice:pass%20word@${address}`, [5, 'login.microsoftonline.com:443', 'alice:pass word']],
  ]) {
    for (const program of [NATIVE, NODE]) {
      socks.asked.length = 0;
      const { code, stderr } = await getToken(program, named(proxy));
      assert.deepEqual([code, stderr], [0, ''], proxy);
      assert.deepEqual(socks.asked[0], asked, proxy);
    }
  }
  const faults = [
    // The name is looked up here, and before anybody is asked.
    [`socks4://${address}`, 'login.nowhere.invalid', /^error: cannot find `login\.nowhere\.invalid`/],
    [`socks5://${address}`, 'login.nowhere.invalid', /^error: cannot find `login\.nowhere\.invalid`/],
    [`socks5h://${address}`, 'closed.example', /^error: the proxy .* made no connection to `closed\.example:443`: .*refused/i],
    [`socks4a://${address}`, 'closed.example', /^error: the proxy .* made no connection to `closed\.example:443`: /],
    ['socks5h://127.0.0.1:1', 'closed.example', /^error: cannot connect to the proxy `socks5h:\/\/127\.0\.0\.1:1`/],
  ].flatMap((row) => [NATIVE, NODE].map((program) => [program, ...row]));
  // Side by side: looking up a name that does not exist may take long.
  await Promise.all(
    faults.map(async ([program, proxy, host, words]) => {
      const { code, stderr } = await getToken(program, named(proxy, host));
      assert.equal(code, 5, stderr);
      assert.match(stderr, words);
    }),
  );
  socks.server.close();
});

test('a redirect is not followed', async () => {
  const reached = [];
  const elsewhere = await listening(createHttpServer((request, response) => response.end(reached.push(request.url) && '{}')));
  const server = await listening(
    createHttpServer((request, response) => response.writeHead(307, { location: `${at(elsewhere)}/token` }).end()),
  );
  const { code } = await getToken(NODE, { AZURE_AUTHORITY_HOST: at(server) });
  assert.equal(code, 5);
  assert.deepEqual(reached, []);
  for (const each of [server, elsewhere]) each.close();
});
