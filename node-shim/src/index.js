// The package as a library: tokens for programs on Node, Deno and Bun.
import { network } from './capability/network.js';
import { noCache, noProgress, nobody, noSecrets } from './capability/nobody.js';
import { Client } from './library/client.js';
import { impossible } from './library/error.js';
import { memoryCache } from './library/memory_cache.js';
import { shared } from './library/shared.js';

export { EntraAuthError } from './library/error.js';
export { memoryCache };

const OPTIONS = ['tokenCache', 'secretStore', 'signIn', 'network', 'signal'];

/** A client with the given capabilities; without any it keeps tokens in memory and can ask nobody. */
export function createClient(options = {}) {
  const other = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (other) throw impossible(`there is no option \`${other}\``, `the options are: ${OPTIONS.join(', ')}`);
  const { tokenCache = 'memory', secretStore = 'none', signIn = 'nobody', signal } = options;
  const capabilities = {
    'arc-agent': shared('arc-agent'),
    progress: noProgress,
    'secret-store': lent('secretStore', secretStore, { none: () => noSecrets, shared: () => shared('secret-store') }),
    'sign-in': lent('signIn', signIn, { nobody: () => nobody, terminal: () => shared('sign-in') }),
    'token-cache': lent('tokenCache', tokenCache, { memory: memoryCache, none: () => noCache, shared: () => shared('token-cache') }),
  };
  return new Client(capabilities, networkOf(options.network), signal);
}

/** Tokens of a profile that the command line has saved, with its secrets and its cache. */
export async function fromProfile(name, options = {}) {
  if (typeof name !== 'string' || name === '') throw impossible('the name of the profile is no text', 'give its name');
  const { Profile } = await import('./library/profile.js');
  return new Profile(name, networkOf(options.network));
}

/** A capability of the caller's own, or one that this package has by that name. */
function lent(option, given, known) {
  if (Object.hasOwn(known, given)) return known[given]();
  if (typeof given === 'object' && given !== null) return given;
  throw impossible(`\`${option}\` is of no known kind`, `give an object, or one of: ${Object.keys(known).join(', ')}`);
}

/** A function of one's own, or what the way out of this package is to know. */
const networkOf = (given) => (typeof given === 'function' ? given : network(given));
