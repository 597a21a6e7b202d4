// Right and wrong uses of the package's types. It is compiled, never run: each line that is marked must be an error, and no
// other may be.
import type { TokenCredential } from '@azure/core-auth';
import { createClient, EntraAuthError, type Token, type TokenCache } from 'entra-auth-cli';
import { EntraCredential } from 'entra-auth-cli/azure';

const client = createClient({ tokenCache: 'shared', secretStore: { read: async () => undefined }, signIn: 'terminal' });
const token: Token = await client.acquire({ tenant: 'contoso.onmicrosoft.com', clientId: 'x', credential: { secret: 'y' }, scopes: 'z' });
const seconds: number = token.expiresIn;
const missing: Token | undefined = await client.cached({ grant: { managedIdentity: { clientId: 'x' } } }, { signal: AbortSignal.timeout(seconds) });
await client.acquire({ credential: { assertion: async () => missing?.accessToken ?? '' }, grant: { onBehalfOf: 'token' } }, { cache: 'bypass' });

const cache: TokenCache = {
  read: () => undefined,
  hold: async () => ({ read: () => undefined, write: async (content: Uint8Array, keepUntil: number) => {}, release() {} }),
  remove: () => 0,
};
createClient({ tokenCache: cache, network: async ({ url }) => ({ status: 200, headers: [], body: new TextEncoder().encode(url) }) });

try {
  await client.renew({});
} catch (error) {
  if (error instanceof EntraAuthError && error.code === 'server-refused') error.codes satisfies number[];
}

const credential: TokenCredential = new EntraCredential({ clientId: 'x' }, { client, additionallyAllowedTenants: ['*'] });
await credential.getToken(['a'], { claims: '{}', enableCae: true });

// @ts-expect-error There is no such option.
createClient({ tokenCash: 'memory' });
// @ts-expect-error Nor such a cache.
createClient({ tokenCache: 'disk' });
// @ts-expect-error A misspelt member would mean another request.
await client.acquire({ scope: 'z' });
// @ts-expect-error A password is no credential here.
await client.acquire({ credential: { password: 'x' } });
// @ts-expect-error There is no such grant.
await client.acquire({ grant: 'password' });
// @ts-expect-error The scopes come with each call.
new EntraCredential({ scopes: ['a'] });
// @ts-expect-error Nobody but the package makes these.
new EntraAuthError('x');
// @ts-expect-error A lock has to be released.
const wrong: TokenCache = { read: () => undefined, hold: () => ({ read: () => undefined, write() {} }), remove: () => 0 };
