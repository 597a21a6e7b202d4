// The way out: what `wasi:http` is here. Where requests may go is the gate's business.
//
// A redirect is an answer like any other: following it would carry the secret to a place that nobody permitted.

const USER_AGENT = `entra-auth-cli/${process.env.ENTRA_AUTH_CLI_VERSION}`;

/**
 * A function that sends a request `{ method, url, headers, body }` and promises `{ status, headers, body }`. Its `way` says
 * what a request to a host goes through. All of it is loaded by the first request: a cached token needs none.
 */
export function network({ variables = process.env, authorities = undefined, userAgent = USER_AGENT } = {}) {
  let loading;
  const loaded = () => (loading ??= import('./network/exchange.js').then(({ exchange }) => exchange({ variables, authorities, userAgent })));
  const send = async (...given) => (await loaded()).send(...given);
  return Object.assign(send, { way: async (host) => (await loaded()).way(host) });
}
