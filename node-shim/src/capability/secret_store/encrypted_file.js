// Secrets in one file that a passphrase opens, for machines without a keyring.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { Lock } from '../../system/lock.js';
import { read, replace } from '../../system/private_file.js';
import { derive, deriveNew, faultOf, openSecrets, sealSecrets } from '../../system/sealing.js';

/** Hundreds of profiles with certificates' passwords and keys. */
const LIMIT = 4 << 20;

/** Replacing a file takes milliseconds; a process that holds the lock longer hangs. In milliseconds. */
const WAIT = 10_000;

export class EncryptedFile {
  #folders;
  #opening;
  #passphrase;

  constructor(folders, passphrase) {
    this.#folders = folders;
    this.#passphrase = passphrase;
  }

  async location() {
    return this.#path;
  }

  async exists() {
    return lstat(this.#path).then(
      () => true,
      () => false,
    );
  }

  get originOfPassphrase() {
    return this.#passphrase.origin;
  }

  get canAsk() {
    return this.#passphrase.canAsk;
  }

  async read(name) {
    const file = await this.#content();
    return file && (await this.#open(file)).get(name);
  }

  async write(name, value) {
    await this.#change((secrets) => secrets.set(name, value));
  }

  async remove(name) {
    return (await this.#content()) ? this.#change((secrets) => secrets.delete(name)) : false;
  }

  async #change(change) {
    // Whoever has to be asked is asked before others are kept waiting.
    await this.#unlock();
    const lock = await Lock.acquire(join(this.#folders.config, '.secrets.lock'), WAIT);
    try {
      const file = await this.#content();
      const secrets = file ? await this.#open(file) : new Map();
      const result = change(secrets);
      await replace(this.#path, await this.#sealed(secrets));
      return result;
    } finally {
      lock.release();
    }
  }

  /** Has the key of the file, or of the one that is about to be made. */
  async #unlock() {
    const file = await this.#content();
    if (file) await this.#open(file);
    else this.#opening ??= await deriveNew(await this.#passphrase.newOne());
  }

  async #open(file) {
    const header = this.#opening && Buffer.from(this.#opening.header);
    // Deriving takes long on purpose: once for a header is enough.
    if (!header || !file.subarray(0, header.length).equals(header)) {
      this.#opening = await this.#passphrase.forFile(this.#path, (passphrase) => this.#derived(passphrase, file));
    }
    try {
      const secrets = await openSecrets(this.#opening, file);
      return new Map(secrets.map(({ name, value }) => [name, value]));
    } catch (error) {
      throw faultOf(error) === undefined ? error : this.#failure(faultOf(error));
    }
  }

  /** Nothing for a wrong passphrase. */
  async #derived(passphrase, file) {
    try {
      return await derive(passphrase, file);
    } catch (error) {
      if (faultOf(error) === 'wrong-passphrase') return undefined;
      throw faultOf(error) === undefined ? error : this.#failure(faultOf(error));
    }
  }

  async #sealed(secrets) {
    const list = Array.from(secrets, ([name, value]) => ({ name, value }));
    const file = await sealSecrets(this.#opening, list);
    if (file.length <= LIMIT) return file;
    throw {
      fault: 'denied',
      message: `\`${this.#path}\` would become larger than ${LIMIT} bytes`,
      hint: 'delete profiles that are no longer needed',
    };
  }

  #content() {
    return read(this.#path, LIMIT);
  }

  get #path() {
    return join(this.#folders.config, 'secrets.sealed');
  }

  #failure(fault) {
    const [message, hint] =
      fault === 'newer'
        ? ['was written by a newer version', 'update this version']
        : ['is damaged, or no file of secrets of this version', 'put a backup of it in its place, or move it away and store the secrets anew'];
    return { fault: 'damaged', message: `\`${this.#path}\` ${message}`, hint };
  }
}
