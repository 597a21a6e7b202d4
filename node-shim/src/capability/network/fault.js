// What Node says about a request that failed: in the words of the native program for the person who waits for a token, and
// as an error code of `wasi:http` for the component.
import { Unusable } from './authorities.js';
import { brokenOff, noConnection, noHandshake } from './remedy.js';
import { NameUnknown } from './socks.js';
import { ProxyRefused, ThroughProxy } from './tunnel.js';

const INSPECTED = 'if a proxy inspects TLS, name its CA in ENTRA_AUTH_CLI_CA_FILE; else check host name and clock';

/** How long a step may take that is given up, in seconds. */
export const CONNECT_LIMIT = 10;

/** The code of a failed request to `url`, with its `failure`. */
export function faultOf(error, url) {
  const failure = failureOf(error, url);
  return { ...codeOf(failure), failure };
}

function codeOf({ fault, message }) {
  if (fault === 'unreachable') return { tag: 'destination-unavailable' };
  if (fault === 'timed-out') return { tag: 'connection-timeout' };
  if (fault === 'untrusted') return { tag: 'TLS-certificate-error' };
  return { tag: 'internal-error', val: message };
}

function failureOf(error, url) {
  if (error instanceof Unusable || error instanceof ProxyRefused) return error.failure;
  const [whom, remedy] = whomAndRemedy(error, url);
  const cause = error instanceof ThroughProxy || error instanceof NameUnknown ? error.cause : error;
  // Both address families failed (RFC 8305): the last one says why.
  const code = cause.code ?? cause.errors?.at(-1)?.code ?? '';
  if (LOOKUPS.includes(code)) {
    return { fault: 'unreachable', message: `cannot find ${whom}: ${reasonOf(code, cause)}`, hint: `check the spelling and the DNS settings; ${remedy}` };
  }
  if (code in CONNECTIONS) {
    const fault = code === 'ETIMEDOUT' ? 'timed-out' : 'unreachable';
    return { fault, message: `cannot connect to ${whom}: ${CONNECTIONS[code]}`, hint: remedy };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return otherHost(whom, cause);
  if (UNTRUSTED.test(code)) {
    return { fault: 'untrusted', message: `${whom} could not prove who it is: ${reasonOf(code, cause)}`, hint: INSPECTED };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return {
      fault: 'untrusted',
      message: `the TLS handshake with ${whom} failed: what it answered is no TLS`,
      hint: 'check host and port: something that speaks no TLS answers there, such as a plain http server',
    };
  }
  if (code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED') {
    return {
      fault: 'untrusted',
      message: `the TLS handshake with ${whom} failed: the other side wants a client certificate for TLS itself, which is not supported`,
      hint: 'check the authority: Entra ID asks for none',
    };
  }
  if (code.startsWith('ERR_SSL')) return { fault: 'untrusted', message: `the TLS handshake with ${whom} failed`, hint: noHandshake(url) };
  if (code.startsWith('HPE_')) {
    return { fault: 'other', message: `what answers at \`${url.host}\` does not speak HTTP/1.1`, hint: 'check the authority, and the proxy if there is one' };
  }
  return {
    fault: 'unreachable',
    message: `the connection to \`${url.host}\` broke off: the connection was ${cause.syscall ? 'reset' : 'closed'}`,
    hint: brokenOff(url),
  };
}

function whomAndRemedy(error, url) {
  if (error instanceof ThroughProxy) return [error.whom, error.remedy];
  if (error instanceof NameUnknown) return [`\`${error.message}\``, 'or write the proxy as `socks5h://`, so that it looks names up itself'];
  return [whomOf(url), noConnection(url)];
}

/** Who is at the other end: the host, and the port if it is not the usual one. */
const whomOf = ({ host }) => `\`${host}\``;

/** https://nodejs.org/api/errors.html#common-system-errors */
const CONNECTIONS = {
  ECONNREFUSED: 'the connection was refused',
  EADDRNOTAVAIL: 'this machine has no address of that kind, or no free port',
  EHOSTUNREACH: 'there is no way to it from this network',
  ENETUNREACH: 'there is no way to it from this network',
  EACCES: 'this system does not permit the connection',
  EPERM: 'this system does not permit the connection',
  ETIMEDOUT: `nobody answered within ${CONNECT_LIMIT} seconds`,
};

/** Those of `getaddrinfo`. */
const LOOKUPS = ['EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'ENOTFOUND'];

/** The resolver's words on Linux. */
const RESOLVER = {
  EAI_AGAIN: 'temporary failure in name resolution',
  EAI_FAIL: 'non-recoverable failure in name resolution',
  EAI_NODATA: 'no address associated with hostname',
  ENOTFOUND: 'name or service not known',
};

/** OpenSSL's words for a chain that does not end in a trusted authority, and Node's for another name or another time. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ALTNAME/;

const CERTIFICATES = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
};

function otherHost(whom, { cert = {} }) {
  const names = (cert.subjectaltname ?? '').split(', ').map((name) => `\`${name.replace(/^[^:]*:/, '').replace(/^0:0:0:0:0:0:0:1$/, '::1')}\``);
  const [subject, issuer] = [cert.subject, cert.issuer].map((name) => `\`CN=${name?.CN}\``);
  return {
    fault: 'untrusted',
    message: `${whom} could not prove who it is: its certificate is for ${names.join(', ')}, not for ${whom} (subject ${subject}, issuer ${issuer})`,
    hint: 'check the spelling of the host; else something different answers in its place, such as a proxy or the sign-in page of a network',
  };
}

function reasonOf(code, { message = '' }) {
  return RESOLVER[code] ?? CERTIFICATES[code] ?? (UNTRUSTED.test(code) ? 'nobody who is trusted vouches for its certificate' : message);
}
