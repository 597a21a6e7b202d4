// The system's keyring, through the optional package @napi-rs/keyring: Secret Service, Keychain or Credential Manager. One
// entry a secret, under the names that the native program uses.
import { createHash } from 'node:crypto';

const SERVICE = 'entra-auth-cli';
const PACKAGE = '@napi-rs/keyring';

/** The entry that shows whether a keyring answers: most calls read it next. */
const PROBED = 'token-cache:key';

/** How long a keyring may take to answer where nobody can be asked to unlock it, and where somebody can; milliseconds. */
const ANSWER_TIME = 10_000;
const UNLOCK_TIME = 120_000;

const NAME = { darwin: 'the Keychain', win32: 'the Credential Manager' }[process.platform] ?? 'the Secret Service';

/** Not the kernel's keys, to which this package falls back in silence where there is no Secret Service. */
const OPTIONS = { linux: { store: 'secret-service' } };

const elsewhere = 'set ENTRA_AUTH_CLI_SECRET_STORE=file and ENTRA_AUTH_CLI_PASSPHRASE to use an encrypted file';

export class Keyring {
  /** What the probe has found, for a call that reads just that next: an answer takes as long as all the rest of it. */
  #found;
  #load;
  #time;
  #suffix;

  /** The entries of a `folder` in place of the usual one are apart from those of others. `load` imports the package. */
  constructor(variables = process.env, folder = undefined, load = () => import(PACKAGE)) {
    const isPersonPresent = ['darwin', 'win32'].includes(process.platform) || variables.DISPLAY || variables.WAYLAND_DISPLAY;
    this.#time = isPersonPresent ? UNLOCK_TIME : ANSWER_TIME;
    this.#load = load;
    this.#suffix = folder ? `@${createHash('sha256').update(folder).digest('hex').slice(0, 16)}` : '';
  }

  /** Whether this keyring can be used, and why or why not. */
  async probe() {
    try {
      const secret = await this.#call(PROBED, (entry, signal) => entry.getSecret(signal));
      this.#found = secret && { [PROBED]: secret };
      return { answers: true, reason: `${NAME} answers` };
    } catch (error) {
      // It is there: what is wrong with it has to be said when it is used.
      if (error.fault === 'locked') return { answers: true, reason: `${NAME} answers, but is locked` };
      return { answers: false, reason: error.reason };
    }
  }

  async location() {
    return `${NAME} (entries named ${SERVICE})`;
  }

  async read(name) {
    const secret = this.#found?.[name] ?? (await this.#call(name, (entry, signal) => entry.getSecret(signal)));
    this.#found = undefined;
    if (!secret) return undefined;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(secret));
    } catch {
      throw { fault: 'damaged', message: `the entry of ${NAME} is no text`, hint: 'store the secret anew' };
    }
  }

  async write(name, value) {
    await this.#call(name, (entry, signal) => entry.setSecret(Buffer.from(value), signal));
  }

  async remove(name) {
    if ((await this.read(name)) === undefined) return false;
    return this.#call(name, (entry, signal) => entry.deleteCredential(signal));
  }

  async #call(name, action) {
    this.#found = undefined;
    const { AsyncEntry } = await this.#package();
    const signal = AbortSignal.timeout(this.#time);
    try {
      return await action(new AsyncEntry(SERVICE, name + this.#suffix, OPTIONS), signal);
    } catch (error) {
      throw this.#failure(signal.aborted ? 'timed out' : String(error?.message));
    }
  }

  async #package() {
    try {
      return await this.#load();
    } catch {
      throw absent(`the package ${PACKAGE} is not installed`, `run \`npm install ${PACKAGE}\`, or ${elsewhere}`);
    }
  }

  /** The package tells failures apart by text alone. */
  #failure(text) {
    if (/D-?Bus|no (default )?store|not.*(found|available)|org\.freedesktop\.DBus\.Error\.ServiceUnknown/i.test(text)) {
      return absent('there is no D-Bus session', `start a keyring, or ${elsewhere}`);
    }
    const locked = this.#time === UNLOCK_TIME && text === 'timed out';
    if (locked || /locked|dismissed|prompt|NoStorageAccess/i.test(text)) {
      return { fault: 'locked', message: `${NAME} is locked`, hint: `unlock it, or ${elsewhere}` };
    }
    if (text === 'timed out') {
      const message = `${NAME} did not answer within ${this.#time / 1000} seconds`;
      return { fault: 'timed-out', message, reason: `${NAME} does not answer`, hint: `restart it, or ${elsewhere}` };
    }
    return { fault: 'other', message: `${NAME} refused`, reason: `${NAME} does not work`, hint: elsewhere };
  }
}

const absent = (reason, hint) => ({ fault: 'absent', message: `there is no keyring: ${reason}`, reason, hint });
