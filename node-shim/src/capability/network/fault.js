// What Node says about a request that failed, as an error code of `wasi:http`: sorted by what the user can do about it, as
// the native host sorts it.
import { Unusable } from './authorities.js';
import { ProxyRefused } from './tunnel.js';

/** The code of a failed request; what is not known broke off. */
export function faultOf(error) {
  if (error instanceof Unusable || error instanceof ProxyRefused) return { tag: 'internal-error', val: error.message };
  // Both address families failed (RFC 8305): the last one says why.
  const code = error.code ?? error.errors?.at(-1)?.code ?? '';
  const tag = TAGS[code] ?? (UNTRUSTED.test(code) ? 'TLS-certificate-error' : undefined);
  if (tag === 'DNS-error') return { tag, val: { rcode: undefined, infoCode: undefined } };
  if (tag) return { tag };
  return { tag: code.startsWith('ERR_SSL') || code === 'EPROTO' ? 'TLS-protocol-error' : 'HTTP-protocol-error' };
}

/** https://nodejs.org/api/errors.html#common-system-errors, and those of `getaddrinfo`. */
const TAGS = {
  ECONNREFUSED: 'connection-refused',
  EADDRNOTAVAIL: 'connection-refused',
  EHOSTUNREACH: 'connection-refused',
  ENETUNREACH: 'connection-refused',
  ETIMEDOUT: 'connection-timeout',
  EAI_AGAIN: 'DNS-error',
  EAI_FAIL: 'DNS-error',
  EAI_NODATA: 'DNS-error',
  ENOTFOUND: 'DNS-error',
};

/** OpenSSL's words for a chain that does not end in a trusted authority, and Node's for another name or another time. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ALTNAME/;
