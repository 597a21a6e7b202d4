// The capability `profile-store`: one document, which is not read here.
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileError } from '../system/file_error.js';
import { Lock } from '../system/lock.js';
import { closeFolder, isLink, read, replace } from '../system/private_file.js';
import { decode } from '../system/text.js';

/** Thousands of profiles; more is no document of ours. */
const LIMIT = 4 << 20;

/** Replacing a file takes milliseconds; a process that holds the lock longer hangs. In milliseconds. */
const WAIT = 10_000;

export class ProfileStore {
  #folders;

  constructor(folders) {
    this.#folders = folders;
  }

  async location() {
    return join(this.#folders.config, 'profiles.json');
  }

  async read() {
    const path = await this.#target();
    await closeFolder(dirname(path));
    const content = await read(path, LIMIT);
    return content && text(path, content);
  }

  async replace(previous, next, { signal }) {
    const path = await this.location();
    if (Buffer.byteLength(next) > LIMIT) {
      throw new FileError('denied', `\`${path}\` would become larger than ${LIMIT} bytes`, 'delete profiles that are no longer needed');
    }
    const lock = await Lock.acquire(join(this.#folders.config, '.profiles.lock'), WAIT, signal);
    try {
      if ((await this.read()) !== (previous ?? undefined)) {
        throw new FileError('conflict', `\`${path}\` was changed by another process just now`, 'try again');
      }
      await this.#put(path, Buffer.from(next));
    } finally {
      lock.release();
    }
  }

  /**
   * The document itself. Profiles hold no secrets, so a link to it is followed: that is how ConfigMaps, Nix and managers of
   * dotfiles put it there.
   */
  async #target() {
    const path = await this.location();
    if (!isLink(path)) return path;
    try {
      return await realpath(path);
    } catch (error) {
      const { fault, message } = FileError.fromSystem('follow the link', path, error);
      throw new FileError(fault, message, 'correct the link, or remove it');
    }
  }

  async #put(path, content) {
    const target = await this.#target();
    try {
      await replace(target, content);
    } catch (error) {
      if (target === path || !(error instanceof FileError)) throw error;
      const message = `\`${path}\` is a link to a file that is managed elsewhere: ${error.message}`;
      throw new FileError(error.fault, message, MANAGED);
    }
  }
}

const MANAGED = 'change it where it is managed, or name a folder of your own in ENTRA_AUTH_CLI_CONFIG_PATH';

function text(path, content) {
  try {
    return decode(content);
  } catch (error) {
    throw new FileError('damaged', `\`${path}\` ${error.message}`, 'repair it with an editor, or move it away to start anew');
  }
}
