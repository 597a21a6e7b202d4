// The capability `files`: the files that the user named, and no others.
import { constants, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FileError } from '../system/file_error.js';
import { fromHome } from '../system/from_home.js';
import { put, upTo } from '../system/private_file.js';

export const files = {
  /** Named pipes are read too: a shell passes them for `<(command)`. */
  async read(named, limit) {
    const path = await files.locate(named);
    const content = await whole(path, limit + 1);
    if (content.length <= limit) return content;
    throw new FileError('denied', `\`${path}\` is larger than ${limit} bytes`, 'check that this is the file that was meant');
  },

  /** The path in a form that means the same file from every folder. */
  async locate(path) {
    return resolve(fromHome(path));
  },

  async write(named, content) {
    const path = await files.locate(named);
    if (isStream(path)) await append(path, content);
    else await put(path, content);
  },
};

async function whole(path, most) {
  let file;
  try {
    file = await open(path, constants.O_RDONLY);
    return await upTo(file, most);
  } catch (error) {
    throw FileError.fromSystem('read', path, error);
  } finally {
    await file?.close();
  }
}

/** True for what a new file must not be put in place of, such as `/dev/stdout` and named pipes. */
function isStream(path) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return false;
  if (!status.isFile()) return !status.isDirectory();
  // `/dev/stdout` may lead to a regular file, which is then open already and goes on behind what is in it.
  return /^\/(dev\/(?!shm(\/|$))|proc\/)/.test(resolve(path));
}

async function append(path, content) {
  let file;
  try {
    file = await open(path, constants.O_WRONLY | constants.O_APPEND);
    await file.writeFile(content);
  } catch (error) {
    throw FileError.fromSystem('write', path, error);
  } finally {
    await file?.close();
  }
}
