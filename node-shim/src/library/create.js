// How a client is made of options: by names for what the package has, or by objects of the caller's own.
import { Client } from './client.js';
import { impossible } from './error.js';

const OPTIONS = ['tokenCache', 'secretStore', 'signIn', 'network', 'signal'];

/** Capabilities that are lent by option, and the choice where nothing is said. */
const LENT = {
  'token-cache': ['tokenCache', 'memory'],
  'secret-store': ['secretStore', 'none'],
  'sign-in': ['signIn', 'nobody'],
};

/** `known` has, for each option, functions that make a capability by its name; `always` are those without an option. */
export function clientOf(options, { known, always, networkOf }) {
  const other = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (other) throw impossible(`there is no option \`${other}\``, `the options are: ${OPTIONS.join(', ')}`);
  const capabilities = { ...always };
  for (const [name, [option, choice]] of Object.entries(LENT)) {
    capabilities[name] = lent(option, options[option] ?? choice, known[option]);
  }
  return new Client(capabilities, networkOf(options.network), options.signal);
}

function lent(option, given, known) {
  if (Object.hasOwn(known, given)) return known[given]();
  if (typeof given === 'object' && given !== null) return given;
  throw impossible(`\`${option}\` is of no known kind`, `give an object, or one of: ${Object.keys(known).join(', ')}`);
}
