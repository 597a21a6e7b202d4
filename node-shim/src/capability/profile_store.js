// The capability `profile-store`: one document, which is not read here.
import { join } from 'node:path';
import { FileError } from '../system/file_error.js';
import { Lock } from '../system/lock.js';
import { read, replace } from '../system/private_file.js';

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
    const path = await this.location();
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
      await replace(path, Buffer.from(next));
    } finally {
      lock.release();
    }
  }
}

function text(path, content) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new FileError('damaged', `\`${path}\` is no text in UTF-8`, 'repair it with an editor, or move it away to start anew');
  }
}
