// Microsoft's own client as a script would use it: tokens in a file, and nothing asked of the network that can be known before.
// Arguments: the authority of a running emulator over TLS, and the file. Prints the token; `tests/benchmark` takes the time.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { workspace } from './workspace.js';

const { ConfidentialClientApplication } = await import(
  pathToFileURL(workspace('target/tools/node/node_modules/@azure/msal-node/dist/index.mjs'))
);

const [authority, file] = process.argv.slice(2);
const tenant = `${authority}/11111111-2222-3333-4444-555555555555`;

const cachePlugin = {
  async beforeCacheAccess({ tokenCache }) {
    if (existsSync(file)) tokenCache.deserialize(readFileSync(file, 'utf8'));
  },
  async afterCacheAccess({ cacheHasChanged, tokenCache }) {
    if (cacheHasChanged) writeFileSync(file, tokenCache.serialize());
  },
};

const client = new ConfidentialClientApplication({
  auth: {
    clientId: '99999999-8888-7777-6666-555555555555',
    authority: tenant,
    knownAuthorities: [new URL(authority).host],
    clientSecret: process.env.AZURE_CLIENT_SECRET,
    authorityMetadata: JSON.stringify({
      issuer: `${tenant}/v2.0`,
      authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: `${tenant}/oauth2/v2.0/token`,
      jwks_uri: `${tenant}/discovery/v2.0/keys`,
    }),
  },
  cache: { cachePlugin },
});
console.log((await client.acquireTokenByClientCredential({ scopes: ['api://your-api-id/.default'] })).accessToken);
