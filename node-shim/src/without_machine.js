// The package as a library for runtimes without files and processes: there `fetch` is the way out, and tokens are kept in memory.
import { fetchNetwork } from './capability/fetch_network.js';
import { noAgent, noCache, noProgress, nobody, noSecrets } from './capability/nobody.js';
import { clientOf } from './library/create.js';
import { memoryCache } from './library/memory_cache.js';

export { EntraAuthError } from './library/error.js';
export { memoryCache };

const HERE = {
  known: {
    tokenCache: { memory: memoryCache, none: () => noCache },
    secretStore: { none: () => noSecrets },
    signIn: { nobody: () => nobody },
  },
  always: { 'arc-agent': noAgent, progress: noProgress },
  networkOf: (given) => (typeof given === 'function' ? given : fetchNetwork(given)),
};

/** A client with the given capabilities; without any it keeps tokens in memory and can ask nobody. */
export function createClient(options = {}) {
  return clientOf(options, HERE);
}
