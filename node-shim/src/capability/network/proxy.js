// Which proxy a request goes through, as the variables say that curl made customary: HTTPS_PROXY, ALL_PROXY and NO_PROXY, in
// small letters too. Plain http stays on this machine and never goes through one.
import { BlockList, isIP } from 'node:net';

export class Proxies {
  #proxy;
  #without;

  constructor(variables) {
    this.#proxy = first(variables, ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']);
    this.#without = (first(variables, ['NO_PROXY', 'no_proxy']) ?? '').split(',').map((entry) => entry.trim()).filter(Boolean);
  }

  /** The proxy for an address as a URL; nothing if it is reached without one. */
  for(url) {
    if (!this.#proxy || this.#without.some((entry) => covers(entry, url.hostname))) return undefined;
    return new URL(this.#proxy.includes('://') ? this.#proxy : `http://${this.#proxy}`);
  }
}

const first = (variables, names) => names.map((name) => variables[name]).find(Boolean);

/** Whether an entry of NO_PROXY means the host: `*`, an address, a network, or a domain with all below it. */
export function covers(entry, hostname) {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const family = isIP(host);
  if (entry === '*') return true;
  if (!family) {
    const domain = entry.toLowerCase().replace(/^\*?\./, '');
    return host === domain || host.endsWith(`.${domain}`);
  }
  const [address, prefix] = entry.split('/');
  if (isIP(address) !== family) return false;
  const list = new BlockList();
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  if (prefix === undefined) list.addAddress(address, kind);
  else if (/^\d{1,3}$/.test(prefix) && prefix <= (family === 6 ? 128 : 32)) list.addSubnet(address, Number(prefix), kind);
  return list.check(host, kind);
}
