// The package as a library: tokens for programs on Node, Deno and Bun.
import { network } from './capability/network.js';
import { noCache, noProgress, nobody, noSecrets } from './capability/nobody.js';
import { clientOf } from './library/create.js';
import { impossible } from './library/error.js';
import { memoryCache } from './library/memory_cache.js';
import { shared } from './library/shared.js';

export { EntraAuthError } from './library/error.js';
export { memoryCache };

const HERE = {
  known: {
    tokenCache: { memory: memoryCache, none: () => noCache, shared: () => shared('token-cache') },
    secretStore: { none: () => noSecrets, shared: () => shared('secret-store') },
    signIn: { nobody: () => nobody, terminal: () => shared('sign-in') },
  },
  always: { 'arc-agent': shared('arc-agent'), progress: noProgress },
  networkOf,
};

/** A client with the given capabilities; without any it keeps tokens in memory and can ask nobody. */
export function createClient(options = {}) {
  return clientOf(options, HERE);
}

/** Tokens of a profile that the command line has saved, with its secrets and its cache. */
export async function fromProfile(name, options = {}) {
  if (typeof name !== 'string' || name === '') throw impossible('the name of the profile is no text', 'give its name');
  const { Profile } = await import('./library/profile.js');
  return new Profile(name, networkOf(options.network));
}

/** A function of one's own, or what the way out of this package is to know. */
function networkOf(given) {
  return typeof given === 'function' ? given : network(given);
}
