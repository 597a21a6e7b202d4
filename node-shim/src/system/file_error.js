// Why a file could not be used, in the words of the contract and of the native host.
import { dirname } from 'node:path';

export class FileError extends Error {
  constructor(fault, message, hint) {
    super(message);
    this.fault = fault;
    this.hint = hint;
  }

  /** What the operating system said when asked to `verb` the file at `path`. */
  static fromSystem(verb, path, error) {
    const [fault, reason, hint] = REASONS[error.code] ?? ['other', error.code ?? error.message, UNKNOWN];
    return new FileError(fault, `cannot ${verb} \`${path}\`: ${reason}`, hint(path));
  }

  /** The folder is not there that the file at `path` is to be written into. */
  static noFolder(path) {
    return new FileError('absent', `cannot write \`${path}\`: there is no folder \`${dirname(path)}\``, 'make it, or correct the path');
  }

  /** A thing that is no file of this user's. */
  static refused(path, reason) {
    const hint = 'look at it, and remove it or move it away; a file of your own is made in its place';
    return new FileError('denied', `\`${path}\` ${reason}`, hint);
  }
}

const permissions = (path) => `check the permissions of \`${path}\` and of its folder`;
const parts = (path) => `check which part of \`${path}\` is a folder and which a file`;
const room = () => 'make room on the disk and try again';
const UNKNOWN = (path) => `check \`${path}\` and the disk it is on`;

const REASONS = {
  EACCES: ['denied', 'permission denied', permissions],
  EPERM: ['denied', 'permission denied', permissions],
  EROFS: ['denied', 'read-only filesystem or storage medium', permissions],
  ENOENT: ['absent', 'no such file or folder', (path) => `check that \`${path}\` is there`],
  ENOTDIR: ['denied', 'not a directory', parts],
  EISDIR: ['denied', 'is a directory', parts],
  ENOSPC: ['other', 'no storage space', room],
  EDQUOT: ['other', 'quota exceeded', room],
};
