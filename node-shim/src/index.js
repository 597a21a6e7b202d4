// The package as a library: tokens for programs on Node, Deno and Bun.
import { network } from './capability/network.js';
import { noAgent, noCache, nobody, noSecrets } from './capability/nobody.js';
import { Client } from './library/client.js';
import { impossible } from './library/error.js';
import { memoryCache } from './library/memory_cache.js';

export { EntraAuthError } from './library/error.js';
export { memoryCache };

const OPTIONS = ['tokenCache', 'secretStore', 'signIn', 'arcAgent', 'network', 'signal'];

/** A client with the given capabilities; without any it keeps tokens in memory and can ask nobody. */
export function createClient(options = {}) {
  const other = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (other) throw impossible(`there is no option \`${other}\``, `the options are: ${OPTIONS.join(', ')}`);
  const { tokenCache = 'memory', secretStore = noSecrets, signIn = nobody, arcAgent = noAgent, signal } = options;
  const capabilities = {
    'arc-agent': arcAgent,
    'secret-store': secretStore,
    'sign-in': signIn,
    'token-cache': cacheOf(tokenCache),
  };
  return new Client(capabilities, networkOf(options.network), signal);
}

function cacheOf(given) {
  if (given === 'memory') return memoryCache();
  if (given === 'none') return noCache;
  if (typeof given === 'object' && given !== null) return given;
  throw impossible('`tokenCache` is of no known kind', 'give `memory`, `none`, or an object with read, hold and remove');
}

/** A function of one's own, or what the way out of this package is to know. */
const networkOf = (given) => (typeof given === 'function' ? given : network(given));
