// Of WASI 0.2 what the components import: clocks, randomness, streams, and what a command needs besides. No files, no
// sockets, no environment but what is handed in.
import { exchanges } from './wasi_http.js';
import { InputStream, IoError, OutputStream, Pollable } from './wasi_io.js';

/** How a command ends with a code. */
export class Exit {
  constructor(code) {
    this.code = code;
  }
}

/** @param waits `poll` and `block` of the engine @param send (request, done) @param command what a command has besides, with `stdinLater(most, done)` */
export function wasi(waits, send, command = NO_COMMAND) {
  return {
    ...commandImports(waits, command),
    ...exchanges(waits, send),
    'wasi:clocks/monotonic-clock': monotonicClock(waits),
    'wasi:clocks/wall-clock': { now: wallClock },
    'wasi:io/error': { Error: IoError },
    'wasi:io/poll': { Pollable, poll: (pollables) => waits.poll(pollables) },
    'wasi:io/streams': { InputStream, OutputStream },
    'wasi:random/insecure-seed': { insecureSeed: () => [randomU64(), randomU64()] },
    'wasi:random/random': { getRandomBytes: randomBytes, getRandomU64: randomU64 },
  };
}

const monotonicClock = (waits) => ({
  now: () => BigInt(Math.round(performance.now() * 1e6)),
  subscribeDuration(nanoseconds) {
    const at = performance.now() + Number(nanoseconds) / 1e6;
    return new Pollable(waits, () => performance.now() >= at, at);
  },
});

function wallClock() {
  const now = Date.now();
  return { seconds: BigInt(Math.floor(now / 1000)), nanoseconds: (now % 1000) * 1e6 };
}

const randomBytes = (length) => crypto.getRandomValues(new Uint8Array(Number(length)));
const randomU64 = () => crypto.getRandomValues(new BigUint64Array(1))[0];

class TerminalInput {}
class TerminalOutput {}

const NO_COMMAND = { arguments: [], variables: [], terminals: {}, stdin: () => new Uint8Array(), write() {} };

function commandImports(waits, command) {
  const terminal = (name, Terminal) => (command.terminals[name] ? new Terminal() : undefined);
  return {
    'wasi:cli/environment': { getArguments: () => command.arguments, getEnvironment: () => command.variables },
    'wasi:cli/exit': { exit: ({ tag }) => exit(tag === 'ok' ? 0 : 1), exitWithCode: exit },
    'wasi:cli/stdin': { getStdin: stdinOf(waits, command) },
    'wasi:cli/stdout': { getStdout: () => new OutputStream(waits, (bytes) => command.write(1, bytes)) },
    'wasi:cli/stderr': { getStderr: () => new OutputStream(waits, (bytes) => command.write(2, bytes)) },
    'wasi:cli/terminal-input': { TerminalInput },
    'wasi:cli/terminal-output': { TerminalOutput },
    'wasi:cli/terminal-stdin': { getTerminalStdin: () => terminal('stdin', TerminalInput) },
    'wasi:cli/terminal-stdout': { getTerminalStdout: () => terminal('stdout', TerminalOutput) },
    'wasi:cli/terminal-stderr': { getTerminalStderr: () => terminal('stderr', TerminalOutput) },
  };
}

function exit(code) {
  throw new Exit(code);
}

/** So much is read ahead, to know whether something has come. */
const AHEAD = 1 << 16;

/** Stdin, of which can be known whether something has come before it is read. Each is the same stdin. */
function stdinOf(waits, { stdin, stdinLater }) {
  let isAsked = false;
  let ahead;
  const isReady = () => {
    if (!isAsked) {
      isAsked = true;
      stdinLater(AHEAD, (bytes) => (ahead = bytes));
    }
    return ahead !== undefined;
  };
  const taken = (most) => {
    const part = ahead.subarray(0, most);
    const rest = ahead.subarray(part.length);
    isAsked = rest.length > 0;
    ahead = isAsked ? rest : undefined;
    return part;
  };
  const source = (most) => {
    if (!isAsked) return stdin(most);
    const come = waits.block(new Pollable(waits, isReady));
    return come instanceof Promise ? come.then(() => taken(most)) : taken(most);
  };
  return () => new InputStream(waits, source, isReady);
}
