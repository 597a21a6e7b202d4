// Whom to trust over TLS: the authorities of the operating system, those of a file that a variable names, and Node's own.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { builtin } from '../../system/builtin.js';
import { fromHome } from '../../system/from_home.js';
import { word } from '../../system/word.js';

/** A file with further certificate authorities (PEM), as behind a proxy that inspects TLS. */
const CA_FILE = 'ENTRA_AUTH_CLI_CA_FILE';

/** Where Linux distributions keep their authorities, for a Node that cannot say (before 22.15). */
const SYSTEM_FILES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/** A certificate in PEM (RFC 7468 section 5). */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** A setting that cannot be used; nothing is sent. */
export class Unusable extends Error {
  constructor(failure) {
    super(failure.message);
    this.failure = failure;
  }
}

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
    const named = word(this.#variables[CA_FILE]);
    if (!named) return [];
    const path = fromHome(named);
    const content = readOrSay(path);
    const found = content.toString('latin1').match(CERTIFICATE) ?? single(content);
    if (found) return found;
    if (firstNumber(content) === PFX_VERSION) {
      throw unusable(path, 'which is a PKCS#12 file', 'turn it into certificates: `openssl pkcs12 -in FILE -nokeys -out ca.pem`');
    }
    throw unusable(path, 'which holds no certificate', 'a file of certificates as text (PEM) is meant, or a single one (DER)');
  }
}

/** RFC 7292 section 4. */
const PFX_VERSION = 3;

/** The number that a sequence begins with, which certificates do not. */
function firstNumber(content) {
  if (content[0] !== 0x30) return undefined;
  const within = content.subarray(content[1] > 0x80 ? 2 + (content[1] & 0x7f) : 2);
  return within[0] === 2 && within[1] === 1 ? within[2] : undefined;
}

/** One certificate in DER, as PEM. */
function single(content) {
  try {
    return [new X509Certificate(content).toString()];
  } catch {
    return undefined;
  }
}

const unusable = (path, why, hint) => new Unusable({ fault: 'other', message: `\`${CA_FILE}\` names \`${path}\`, ${why}`, hint });

function readOrSay(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unusable(path, `which cannot be read: ${getSystemErrorMap().get(error.errno)?.[1] ?? error.code}`, 'correct the path, or unset the variable');
  }
}

function ofSystem(variables) {
  const named = word(variables.SSL_CERT_FILE);
  if (named) return certificatesIn(named);
  const { getCACertificates } = builtin('node:tls');
  if (getCACertificates) return getCACertificates('system');
  return SYSTEM_FILES.map(certificatesIn).find((found) => found.length > 0) ?? [];
}

/** Node's own authorities, and what `NODE_EXTRA_CA_CERTS` adds to them. */
function ofNode() {
  const { getCACertificates, rootCertificates } = builtin('node:tls');
  if (getCACertificates) return getCACertificates('default');
  const { NODE_EXTRA_CA_CERTS: extra } = process.env;
  return [...rootCertificates, ...(extra ? certificatesIn(extra) : [])];
}

function certificatesIn(path) {
  try {
    return readFileSync(path, 'latin1').match(CERTIFICATE) ?? [];
  } catch {
    return [];
  }
}
