// Which proxy a request goes through, as the variables say that curl made customary: HTTPS_PROXY, ALL_PROXY and NO_PROXY, in
// small letters too. Plain http stays on this machine and never goes through one.
import { BlockList, isIP } from 'node:net';
import { Unusable } from './authorities.js';
import { SOCKS } from './socks.js';
import { word } from '../../system/word.js';

/** For https, in curl's order: what is written small comes first, and what is for everything last. */
const PROXY = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
const NO_PROXY = ['no_proxy', 'NO_PROXY'];

export class Proxies {
  #proxy;
  #without;

  constructor(variables) {
    const variable = PROXY.find((name) => word(variables[name]));
    this.#proxy = variable && { variable, text: word(variables[variable]) };
    const without = NO_PROXY.map((name) => word(variables[name])).find(Boolean) ?? '';
    this.#without = without.split(/[\s,]+/).filter(Boolean);
  }

  /** The proxy on the way to a host, `{ url, port, variable }`; none on loopback, wherever a proxy is set. */
  for(hostname) {
    if (!this.#proxy || isLoopback(hostname) || this.#without.some((entry) => covers(entry, hostname))) return undefined;
    const { variable, text } = this.#proxy;
    try {
      const url = new URL(text.includes('://') ? text : `http://${text}`);
      if (['http:', 'https:', ...SOCKS].includes(url.protocol) && url.hostname) return { url, port: portOf(url, text), variable };
    } catch {
      // Said below.
    }
    throw new Unusable({
      fault: 'other',
      message: `the proxy that \`${variable}\` names is no http address; nothing was sent`,
      hint: `write ${variable} as \`http://host:port\` or \`http://user:password@host:port\``,
    });
  }
}

/** As curl has it. The port 80 is none to a URL of http. */
function portOf({ protocol, port }, text) {
  if (port) return Number(port);
  if (protocol === 'https:') return 443;
  return /:0*80\/?$/.test(text) ? 80 : 1080;
}

/** This machine by its names and addresses (RFC 6761 section 6.3). */
export function isLoopback(hostname) {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '').toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

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
