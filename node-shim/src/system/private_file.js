// Files of this user alone: read with a limit, replaced as a whole.
//
// A file is replaced by writing a new one in the same folder, bringing it to the disk and renaming it, so whoever reads
// sees the old content or the new. A symbolic link, anything else that is no regular file, and a file of another user are
// refused: somebody else decides what is in them or where they lead.
import { randomBytes } from 'node:crypto';
import { constants, lstatSync, mkdirSync } from 'node:fs';
import { chmod, lstat, open, readdir, rename, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { basename, dirname, join } from 'node:path';
import { FileError } from './file_error.js';
import { warn } from './warning.js';

const WINDOWS = process.platform === 'win32';

/** Longer than writing a small file ever takes, in milliseconds. */
const LEFTOVER_AGE = 60_000;

/** On Windows whoever reads a file can keep it from being replaced for a moment; so long, in milliseconds, is tried. */
const PATIENCE = 1000;
const PAUSE = 5;

const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;

/** A link is not followed, a named pipe not waited for, and no terminal taken over. */
export const SAFELY = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** The file's bytes, or nothing if there is no such file. More than `limit` bytes are `damaged`. */
export async function read(path, limit) {
  const file = await opened(path);
  if (!file) return undefined;
  try {
    const status = await file.stat();
    check(path, status);
    await takeBack(path, file, status);
    const content = await upTo(file, limit + 1);
    if (content.length <= limit) return content;
  } catch (error) {
    throw error instanceof FileError ? error : FileError.fromSystem('read', path, error);
  } finally {
    await file.close();
  }
  throw new FileError('damaged', `\`${path}\` is larger than ${limit} bytes`, 'this tool wrote no such file: move it away');
}

/** Puts a file with `content` in place of the one at `path`, if any. On disk when this is done. The folder is made. */
export async function replace(path, content) {
  await makeFolder(dirname(path));
  const there = await statOf(path, 'write');
  if (there) check(path, there);
  await put(path, content);
}

/** As `replace` in a folder that is there, whatever is at `path`: a link is replaced and not followed. */
export async function put(path, content) {
  const unfinished = join(dirname(path), `${leftoverPrefix(path)}${randomBytes(8).toString('hex')}.new`);
  try {
    await fill(unfinished, content);
    await patiently(() => rename(unfinished, path));
    await syncFolder(dirname(path));
  } catch (error) {
    await unlink(unfinished).catch(() => {});
    throw error.code === 'ENOENT' ? FileError.noFolder(path) : FileError.fromSystem('write', path, error);
  }
  await removeLeftovers(path);
}

/** Removes the file; true if there was one. */
export async function remove(path) {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw FileError.fromSystem('remove', path, error);
  }
}

/** Makes the folder and what is missing above it, for this user alone. A folder that is there stays as it is. */
export async function makeFolder(path) {
  try {
    // Without a mask on the way: a strict one takes away even the owner's permissions.
    if (mkdirSync(path, { recursive: true, mode: 0o700 }) && !WINDOWS) await chmod(path, 0o700);
  } catch (error) {
    throw FileError.fromSystem('create the folder', path, error);
  }
}

/** Takes away from a folder of this user that everybody may write to it. */
export async function closeFolder(path) {
  let folder;
  try {
    folder = await open(path, constants.O_RDONLY | SAFELY);
    await takeBack(path, folder, await folder.stat());
  } catch {
    // Whoever reads what is in it says what is wrong.
  } finally {
    await folder?.close();
  }
}

/** Whoever can write to this user's files decides what is in them: if everybody may, that is taken away, and said. */
async function takeBack(path, file, status) {
  if (!isOpenToAll(status)) return;
  await file.chmod(status.mode & 0o7777 & ~WRITABLE_BY_ALL).catch(() => {});
  // Some file systems have the same permissions for everything.
  if (isOpenToAll(await file.stat())) return;
  warn(`everybody could write to \`${path}\`: now only you can, and what is in it may be somebody else's`);
}

/** A sticky folder lets nobody touch what others put there. */
function isOpenToAll(status) {
  if (WINDOWS || status.uid !== process.geteuid()) return false;
  const isSticky = status.isDirectory() && (status.mode & STICKY) !== 0;
  return (status.mode & WRITABLE_BY_ALL) !== 0 && !isSticky;
}

/** Refuses what is no regular file of this user. */
export function check(path, status) {
  if (status.isSymbolicLink()) throw FileError.refused(path, 'is a symbolic link');
  if (!status.isFile()) throw FileError.refused(path, 'is no regular file');
  const owner = Number(status.uid);
  // The administrator can do anything anyway.
  if (!WINDOWS && owner !== process.geteuid() && owner !== 0) throw FileError.refused(path, 'belongs to another user');
}

export function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

async function opened(path) {
  try {
    return await patiently(() => open(path, constants.O_RDONLY | SAFELY));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    if (isLink(path)) throw FileError.refused(path, 'is a symbolic link');
    throw FileError.fromSystem('read', path, error);
  }
}

/** At most `limit` bytes of what is to be read there. */
export async function upTo(file, limit) {
  const parts = [];
  let length = 0;
  while (length < limit) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(limit - length, 1 << 16)));
    if (bytesRead === 0) break;
    parts.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  return Buffer.concat(parts);
}

async function statOf(path, verb) {
  try {
    return await lstat(path);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw FileError.fromSystem(verb, path, error);
  }
}

async function fill(path, content) {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const file = await open(path, flags, 0o600);
  try {
    if (!WINDOWS) await file.chmod(0o600);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Brings the folder's names to the disk, so that a renamed file survives a power cut. Some file systems cannot. */
async function syncFolder(path) {
  if (WINDOWS) return;
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(error.code)) throw error;
  } finally {
    await folder.close();
  }
}

async function patiently(action) {
  const started = performance.now();
  for (;;) {
    try {
      return await action();
    } catch (error) {
      const isPassing = WINDOWS && ['EPERM', 'EBUSY', 'EACCES'].includes(error.code);
      if (!isPassing || performance.now() - started > PATIENCE) throw error;
      await sleep(PAUSE);
    }
  }
}

const leftoverPrefix = (path) => `.${basename(path)}.`;

/** Removes what processes that were killed while writing this file left behind. */
async function removeLeftovers(path) {
  const prefix = leftoverPrefix(path);
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    if (!name.startsWith(prefix) || !/^[0-9a-f]{16}\.new$/.test(name.slice(prefix.length))) continue;
    const leftover = join(dirname(path), name);
    const status = await lstat(leftover).catch(() => undefined);
    if (status && Date.now() - status.mtimeMs >= LEFTOVER_AGE) await unlink(leftover).catch(() => {});
  }
}
