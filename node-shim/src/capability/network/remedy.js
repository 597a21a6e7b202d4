// What a person can do about a connection, by what lies on the way: nothing does where this machine talks to itself.
import { isLoopback } from './proxy.js';

/** Where nobody answers. */
export function noConnection({ protocol, hostname }) {
  if (isLoopback(hostname)) return 'start what is to listen there, or correct the port';
  // Never through a proxy.
  if (protocol === 'http:') return 'check the address, and the network of this machine';
  return 'check the network; where only a proxy leads out, HTTPS_PROXY must name it';
}

/** Where the other side ended a TLS handshake. */
export function noHandshake({ hostname }) {
  if (isLoopback(hostname)) return 'check that TLS is spoken there, and what the server says about it';
  return 'a firewall or proxy in between may refuse this host; check the network, and HTTPS_PROXY and NO_PROXY';
}

/** Where a connection that was there broke. */
export function brokenOff({ hostname }) {
  if (isLoopback(hostname)) return 'try again; if it stays so, look at what the server says about it';
  return 'try again; if it stays so, a proxy or firewall in between may be the cause';
}
