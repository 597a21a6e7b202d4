#!/usr/bin/env node
// The command line: the native program's own component, with the capabilities of this machine.
import './engine/ahead.js';
import { read, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { run } from 'engine/engine';
import { Unsupported } from 'engine/unsupported';
import { machine } from './capability/machine.js';
import { network } from './capability/network.js';
import { PASSED_ON } from './system/known_variables.js';
import { Terminal, restore } from './system/terminal.js';

/** Codes of the documented table (`entra-auth-cli --help`). */
const GENERAL_FAILURE = 1;
const CANCELLED = 6;

/** Between two attempts to read or write what would block, in milliseconds. */
const PAUSE = 5;

const command = {
  arguments: ['entra-auth-cli', ...process.argv.slice(2)],
  variables: PASSED_ON.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]]),
  terminals: { stdin: isatty(0), stdout: isatty(1), stderr: isatty(2) },
  stdin,
  write,
};

const readFrom = promisify(read);

async function stdin(most) {
  for (;;) {
    try {
      const { bytesRead, buffer } = await readFrom(0, Buffer.alloc(Math.min(most, 1 << 16)), 0, Math.min(most, 1 << 16), null);
      return buffer.subarray(0, bytesRead);
    } catch (error) {
      // Windows says so at the end of a pipe.
      if (error.code === 'EOF') return new Uint8Array();
      if (error.code !== 'EAGAIN') throw { tag: 'closed' };
      await sleep(PAUSE);
    }
  }
}

function write(descriptor, bytes) {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw { tag: 'closed' };
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
}

/** Reports a defect of this program. What was thrown could quote a secret; where it was thrown is enough to find it. */
function complain(error) {
  if (error instanceof Unsupported) {
    tell(`error: ${error.what}\nhint: ${error.hint}\n`);
    return GENERAL_FAILURE;
  }
  const [place] = /\bat .*/.exec(error?.stack ?? '') ?? [''];
  const hint = 'this is a defect; please report it with the command that caused it';
  tell(`error: the program stopped unexpectedly: ${error?.name ?? 'exception'} ${place}\nhint: ${hint}\n`);
  return GENERAL_FAILURE;
}

function tell(text) {
  try {
    writeSync(2, text);
  } catch {
    // Nothing can be done when stderr is closed.
  }
}

process.on('SIGINT', () => {
  restore();
  // The terminal has shown `^C` behind whatever was there.
  tell(isatty(2) ? '\nerror: cancelled\n' : 'error: cancelled\n');
  process.exit(CANCELLED);
});

const order = { component: 'command', interface: 'run', function: 'run', arguments: [], isLookup: true };
const lent = { capabilities: machine({ terminal: new Terminal() }), network: network(), command };

run(order, lent)
  .then(({ code, error }) => code ?? (error ? GENERAL_FAILURE : 0), complain)
  // A question to stdin must not hold up the end.
  .then((code) => process.exit(code));
