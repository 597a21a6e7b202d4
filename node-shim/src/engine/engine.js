// Calls of a component: an instance each, so that nothing of a call is left in memory for the next one.
import { capabilityOf } from './contract.js';
import { Host, Stopped } from './host.js';
import * as suspending from './suspending.js';
import { Unsupported } from './unsupported.js';

/** How much longer than its own time limit a call may take, for a capability that does not come back. */
const GRACE = 1;

/**
 * Carries out an order. The outcome is `{ value }`, `{ error }` in the words of the contract, or `{ code }` of a command.
 * Rejects with the signal's reason when it aborts.
 */
export async function run(order, { capabilities, network, signal, timeLimit, command }) {
  signal?.throwIfAborted();
  const host = new Host(capabilities, network);
  const abort = () => host.stop(signal.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const overdue = timeLimit !== undefined && setTimeout(() => host.stop(new Overdue(host.waitsFor)), (timeLimit + GRACE) * 1000);
  try {
    const outcome = await host.orStopped(engineRun(order, host, command));
    return outcome.error ? { ...outcome, cause: host.cause } : outcome;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    if (error.reason instanceof Overdue) return { error: tooLate(error.reason.capability) };
    throw error.reason;
  } finally {
    clearTimeout(overdue);
    signal?.removeEventListener('abort', abort);
    host.close();
  }
}

/** Why a call is stopped whose time is over. */
class Overdue {
  constructor(capability = 'network') {
    this.capability = capability;
  }
}

async function engineRun(order, host, command) {
  if (typeof WebAssembly === 'undefined') throw new Unsupported('this runtime has no WebAssembly', 'start it without `--jitless`');
  const engine = suspending.isSupported() ? suspending : await import('engine/threaded');
  return engine.run(order, host, command);
}

function tooLate(capability) {
  return {
    tag: 'capability-failed',
    val: {
      capability: capabilityOf(capability),
      fault: 'timed-out',
      message: `\`${capability}\` did not answer in time`,
      hint: 'allow more time, or see what keeps it',
    },
  };
}
