// How long tokens take inside one process: from `entra-auth-cli`, or from Microsoft's own client. Prints milliseconds as JSON.
// Arguments: which of the two, and the authority of a running emulator over TLS. `tests/benchmark` runs it.
import { pathToFileURL } from 'node:url';
import { workspace } from './workspace.js';

const start = performance.now();
const [name, authority] = process.argv.slice(2);
const TENANT = '11111111-2222-3333-4444-555555555555';
const CLIENT_ID = '99999999-8888-7777-6666-555555555555';
const SCOPES = ['api://your-api-id/.default'];

const CLIENTS = {
  async 'entra-auth-cli'() {
    const { createClient } = await import(pathToFileURL(workspace('target/node-package/index.js')));
    const client = createClient();
    const secret = process.env.AZURE_CLIENT_SECRET;
    const request = { authority, tenant: TENANT, clientId: CLIENT_ID, credential: { secret }, scopes: SCOPES };
    return {
      cached: () => client.acquire(request),
      fromServer: () => client.acquire(request, { cache: 'replace' }),
      // Equal calls of `acquire` become one; these do not.
      one: () => client.cached(request),
    };
  },
  async 'msal-node'() {
    const { ConfidentialClientApplication } = await import(
      pathToFileURL(workspace('target/tools/node/node_modules/@azure/msal-node/dist/index.mjs'))
    );
    const auth = {
      clientId: CLIENT_ID,
      authority: `${authority}/${TENANT}`,
      knownAuthorities: [new URL(authority).host],
      clientSecret: process.env.AZURE_CLIENT_SECRET,
    };
    const client = new ConfidentialClientApplication({ auth });
    const cached = () => client.acquireTokenByClientCredential({ scopes: SCOPES });
    const fromServer = () => client.acquireTokenByClientCredential({ scopes: SCOPES, skipCache: true });
    return { cached, fromServer, one: cached };
  },
};

const { cached, fromServer, one } = await CLIENTS[name]();
await cached();
const first = performance.now() - start;
const warm = await median(fromServer, 40);
await median(cached, 20);
const fromCache = await median(cached, 100);
const began = performance.now();
await Promise.all(Array.from({ length: 1000 }, one));
const thousand = performance.now() - began;
console.log(JSON.stringify({ first, warm, cached: fromCache, thousand }));

async function median(call, rounds) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    await call();
    times.push(performance.now() - began);
  }
  return times.sort((one, other) => one - other)[rounds >> 1];
}
