// A lock between processes, the native program's included: the one that Rust's `File::lock` takes. The operating system
// releases it when the process ends.
//
// Node can take none itself. On Linux flock(1) takes it on a descriptor that this process keeps: a lock of flock(2) belongs
// to the open file, so it is this process's when flock(1) has ended. macOS and Windows take it while opening. Where none of
// that is to be had nothing is locked, and that is said; a weaker lock would exclude nobody.
import { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, rmSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { builtin } from './builtin.js';
import { FileError } from './file_error.js';
import { SAFELY, check, isLink, makeFolder } from './private_file.js';
import { Turns } from './turns.js';

/** Takes the lock while opening: `O_EXLOCK` on macOS, sharing with nobody on Windows (libuv's `UV_FS_O_EXLOCK`). */
const LOCKED = { darwin: 0x20, win32: 0x10000000 }[process.platform];

/** By their paths: a variable must not decide what locks. */
const FLOCK = ['/usr/bin/flock', '/bin/flock'];

/** Short against a request to a server, long against taking a lock; in milliseconds. */
const POLL = 10;

const turns = new Turns();

export class Lock {
  #path;
  #descriptor;
  #endTurn;

  constructor(path, descriptor, endTurn) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#endTurn = endTurn;
  }

  /** Locks the file at `path`, made if it is not there, waiting at most `limit` milliseconds while another has it. */
  static async acquire(path, limit, signal) {
    await makeFolder(dirname(path));
    const end = performance.now() + limit;
    const endTurn = await turns.take(path, limit, signal);
    if (!endTurn) throw held(path, limit);
    try {
      const descriptor = await taken(path, end, signal);
      if (descriptor === undefined) throw held(path, limit);
      return new Lock(path, descriptor, endTurn);
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  /** When the lock was marked, or else made; milliseconds since the Unix epoch. */
  get marked() {
    return fstatSync(this.#descriptor).mtimeMs;
  }

  /** Leaves a mark for whoever takes the lock next. */
  mark() {
    const now = new Date();
    utimesSync(this.#path, now, now);
  }

  release() {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#endTurn();
  }

  /** Removes the lock file; processes that wait for it go on with a new one. On Windows it stays. */
  remove() {
    if (process.platform !== 'win32') rmSync(this.#path, { force: true });
    this.release();
  }
}

async function taken(path, end, signal) {
  for (;;) {
    const descriptor = await (LOCKED ? whileOpening : byProgram)(path, end, signal);
    // Its last holder may have removed it: then the lock that counts is on another file.
    if (descriptor === undefined || isAt(descriptor, path)) return descriptor;
    closeSync(descriptor);
  }
}

async function whileOpening(path, end, signal) {
  if (globalThis.Bun && process.platform === 'win32') throw cannotLock('Bun on Windows');
  for (;;) {
    try {
      return opened(path, LOCKED);
    } catch (error) {
      if (!['EAGAIN', 'EBUSY', 'EWOULDBLOCK'].includes(error.code)) throw failed(path, error);
      if (performance.now() >= end || signal?.aborted) return undefined;
    }
    await sleep(POLL);
  }
}

async function byProgram(path, end, signal) {
  const program = FLOCK.find((program) => existsSync(program));
  if (!program) throw cannotLock('this system has no flock(1)');
  let descriptor;
  try {
    descriptor = opened(path, 0);
    check(path, fstatSync(descriptor));
    if (await flock(program, descriptor, end, signal)) return descriptor;
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw error.code === 'ERR_ACCESS_DENIED' ? cannotLock('this process may start no other') : failed(path, error);
  }
  closeSync(descriptor);
  return undefined;
}

const opened = (path, flags) => openSync(path, constants.O_RDWR | constants.O_CREAT | SAFELY | flags, 0o600);

/** Waits for the lock in a process of its own; true if it was taken in time. */
function flock(program, descriptor, end, signal) {
  const limit = end - performance.now();
  const given = limit > 0 ? ['-x', '3'] : ['-x', '-n', '3'];
  const child = builtin('node:child_process').spawn(program, given, { stdio: ['ignore', 'ignore', 'ignore', descriptor], env: {} });
  const stop = () => child.kill('SIGKILL');
  const timer = limit > 0 && setTimeout(stop, Math.min(limit, 2 ** 31 - 1));
  signal?.addEventListener('abort', stop, { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  }).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  });
}

/** True if `path` still leads to the open file. On Windows lock files are never removed. */
function isAt(descriptor, path) {
  if (process.platform === 'win32') return true;
  const here = fstatSync(descriptor, { bigint: true });
  const there = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return there !== undefined && here.ino === there.ino && here.dev === there.dev;
}

function failed(path, error) {
  if (error instanceof FileError) return error;
  return isLink(path) ? FileError.refused(path, 'is a symbolic link') : FileError.fromSystem('lock', path, error);
}

const held = (path, limit) =>
  new FileError(
    'timed-out',
    `another process has held \`${path}\` for more than ${Math.floor(limit / 1000)} seconds`,
    'wait for the other entra-auth-cli to end, or end it',
  );

const cannotLock = (why) =>
  new FileError('absent', `files cannot be locked here: ${why}`, "go on without the cache, or keep tokens in memory (`tokenCache: 'memory'`)");
