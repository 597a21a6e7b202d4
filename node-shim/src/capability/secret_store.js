// The capabilities `secret-store` and `secret-writer`: the system's keyring, an encrypted file, or nothing; the native
// program's choice, for the same reasons.
//
// Which of them is decided once, at the first call, and never by falling back in silence: a keyring that is there but locked
// stays the chosen one.
import { EncryptedFile } from './secret_store/encrypted_file.js';
import { Keyring } from './secret_store/keyring.js';
import { Passphrase } from './secret_store/passphrase.js';
import { word } from '../system/word.js';

/** Names become attributes in a keyring; Windows takes no longer ones. */
const LONGEST_NAME = 255;

/** A PFX in base64 fits; a mistaken file does not. */
const LARGEST_VALUE = 64 << 10;

const KINDS = ['keyring', 'file', 'none'];

export class SecretStore {
  #choice;
  #file;
  #keyring;
  #wanted;

  /** As the variables say. `terminal`, if there is one, is asked for a passphrase when one is needed. */
  constructor({ folders, terminal, variables = process.env, keyring = new Keyring(variables, folders.chosen) }) {
    this.#wanted = word(variables.ENTRA_AUTH_CLI_SECRET_STORE);
    this.#file = new EncryptedFile(folders, new Passphrase(variables, terminal));
    this.#keyring = keyring;
  }

  async read(name) {
    return (await this.#storeFor(name)).read(name);
  }

  /** Offers to make an encrypted file where nothing else was found and somebody can be asked. */
  async write(name, value) {
    const store = await this.#storeFor(name);
    if (Buffer.byteLength(value) > LARGEST_VALUE) throw tooLarge();
    const { kind, isDetected } = await this.#chosen();
    if (kind !== 'none') return store.write(name, value);
    if (!isDetected || !this.#file.canAsk) throw await this.#nowhere();
    await this.#file.write(name, value);
    this.#choice = Promise.resolve({ kind: 'file', reason: 'it was made just now', isDetected });
  }

  async remove(name) {
    return (await this.#storeFor(name)).remove(name);
  }

  async describe() {
    const { kind, reason } = await this.#chosen();
    const asks = kind === 'file' && !this.#file.originOfPassphrase;
    return { kind, location: await this.#stores[kind].location(), reason, asks };
  }

  /** Fails with `absent` where nothing can be kept without asking somebody to make a store first. */
  async requireStorage() {
    if ((await this.#chosen()).kind === 'none') throw await this.#nowhere();
  }

  get #stores() {
    return { keyring: this.#keyring, file: this.#file, none: NOWHERE };
  }

  async #storeFor(name) {
    check(name);
    return this.#stores[(await this.#chosen()).kind];
  }

  #chosen() {
    this.#choice ??= this.#wanted === undefined ? this.#detected() : wanted(this.#wanted);
    return this.#choice;
  }

  async #detected() {
    const { answers, reason } = await this.#keyring.probe();
    const choice = (kind, reason) => ({ kind, reason, isDetected: true });
    if (answers) return choice('keyring', reason);
    const origin = this.#file.originOfPassphrase;
    if (origin) return choice('file', `${reason}, and ${origin} is set`);
    if (await this.#file.exists()) return choice('file', `${reason}, and the file is there`);
    return choice('none', `${reason}, and ENTRA_AUTH_CLI_PASSPHRASE is not set`);
  }

  async #nowhere() {
    const { reason } = await this.#chosen();
    return {
      fault: 'absent',
      message: `there is nowhere to keep secrets: ${reason}`,
      hint: 'give the client secret in AZURE_CLIENT_SECRET each time, or set ENTRA_AUTH_CLI_PASSPHRASE to keep secrets in an encrypted file',
    };
  }
}

const NOWHERE = {
  location: async () => 'nowhere: secrets come from variables and options only',
  read: async () => undefined,
  remove: async () => false,
};

async function wanted(kind) {
  if (KINDS.includes(kind)) return { kind, reason: 'ENTRA_AUTH_CLI_SECRET_STORE says so', isDetected: false };
  throw {
    fault: 'other',
    message: `\`ENTRA_AUTH_CLI_SECRET_STORE\` is ${JSON.stringify(kind)}, which is no kind of store`,
    hint: 'set it to keyring, file or none, or unset it',
  };
}

function check(name) {
  if (name !== '' && Buffer.byteLength(name) <= LONGEST_NAME && !/\p{Cc}/u.test(name)) return;
  throw {
    fault: 'other',
    message: `${JSON.stringify(name)} cannot be the name of a secret`,
    hint: `use 1 to ${LONGEST_NAME} bytes without control characters`,
  };
}

const tooLarge = () => ({
  fault: 'denied',
  message: `the secret is larger than ${LARGEST_VALUE} bytes`,
  hint: 'check that this is the secret that was meant',
});
