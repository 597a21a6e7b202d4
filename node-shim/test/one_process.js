// A client and a server that nobody here wrote, in one process: whoever holds up the event loop keeps the other from answering.
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { CERTIFIED, DAEMON, SECRET, TENANT, startStandardServer } from '../../tests/node/standard_server.js';
import { keys, packaged } from './workspace.js';

const { createClient } = await import(pathToFileURL(packaged('index.js')));
const server = await startStandardServer();
const { certificate, privateKey } = keys();

const request = (changes) => ({
  authority: server.authority,
  tenant: TENANT,
  clientId: DAEMON,
  credential: { secret: SECRET },
  scopes: 'api://your-api-id/.default',
  timeLimit: 60,
  ...changes,
});

const client = createClient();
const first = await client.acquire(request());
assert.equal((await client.acquire(request())).accessToken, first.accessToken);
assert.equal((await client.inspect(first.accessToken)).claims.client_id, DAEMON);
const separate = await Promise.all(Array.from({ length: 20 }, () => client.acquire(request(), { cache: 'bypass' })));
assert.equal(new Set(separate.map(({ accessToken }) => accessToken)).size, 20);
await client.acquire(request({ clientId: CERTIFIED, credential: { certificate: { content: certificate, privateKey } } }));
assert.deepEqual([server.grants.length, server.refusals], [22, []]);
await assert.rejects(createClient().acquire(request({ credential: { secret: 'wrong' } })), { code: 'server-refused', error: 'invalid_client' });
server.stop();
// Nothing is left that keeps the process alive: it ends by itself.
console.log('done');
