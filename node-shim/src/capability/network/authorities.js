// Whom to trust over TLS: the authorities of the operating system, those of a file that a variable names, and Node's own.
import { readFileSync } from 'node:fs';
import tls from 'node:tls';

/** A file with further certificate authorities (PEM), as behind a proxy that inspects TLS. */
const CA_FILE = 'ENTRA_AUTH_CLI_CA_FILE';

/** Where Linux distributions keep their authorities, for a Node that cannot say (before 22.15). */
const SYSTEM_FILES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/** A certificate in PEM (RFC 7468 section 5). */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** A file of authorities that cannot be used. */
export class Unusable extends Error {}

export class TrustedAuthorities {
  #variables;
  #given;
  #all;

  constructor(variables, given = []) {
    this.#variables = variables;
    this.#given = [given].flat().map(String);
  }

  /** All of them, read when the first request over TLS needs them. */
  certificates() {
    this.#all ??= [...this.#extra(), ...this.#given, ...ofSystem(this.#variables), ...ofNode()];
    return this.#all;
  }

  #extra() {
    const path = this.#variables[CA_FILE];
    if (!path) return [];
    const pem = readOrSay(path);
    const found = pem.match(CERTIFICATE);
    if (!found) throw new Unusable(`\`${CA_FILE}\` names \`${path}\`, which holds no certificate`);
    return found;
  }
}

function readOrSay(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    throw new Unusable(`\`${CA_FILE}\` names \`${path}\`, which cannot be read: ${error.code}`);
  }
}

function ofSystem(variables) {
  if (variables.SSL_CERT_FILE) return certificatesIn(variables.SSL_CERT_FILE);
  if (typeof tls.getCACertificates === 'function') return tls.getCACertificates('system');
  return SYSTEM_FILES.map(certificatesIn).find((found) => found.length > 0) ?? [];
}

/** Node's own authorities, and what `NODE_EXTRA_CA_CERTS` adds to them. */
function ofNode() {
  if (typeof tls.getCACertificates === 'function') return tls.getCACertificates('default');
  const { NODE_EXTRA_CA_CERTS: extra } = process.env;
  return [...tls.rootCertificates, ...(extra ? certificatesIn(extra) : [])];
}

function certificatesIn(path) {
  try {
    return readFileSync(path, 'latin1').match(CERTIFICATE) ?? [];
  } catch {
    return [];
  }
}
