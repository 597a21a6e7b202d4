// The engine where WebAssembly cannot wait for promises (Node 20 and 22): components run in worker threads, which block;
// capabilities and the network stay in this one. A worker serves one call at a time.
import { compiled } from 'engine/component';
import { builtin } from '../system/builtin.js';
import { Answers, said } from './answers.js';
import { AnsweringEnd } from './line.js';
import { Stopped } from './host.js';
import * as repeating from './repeating.js';
import { Unsupported } from './unsupported.js';

/** So many calls run at once; others wait for their turn. Each worker takes about 10 MB. */
const MOST_WORKERS = 8;

const idle = [];
const queue = [];
let workers = 0;

/** Most processes of a command line look one thing up and end. One that goes on gets a worker, where each call costs less. */
let hasLookedUp = false;

/** Carries out one order with what the host lends. */
export async function run(order, host, command) {
  const answers = new Answers();
  if (order.isLookup && !hasLookedUp) {
    hasLookedUp = true;
    const outcome = await repeating.run(order, host, command, answers);
    if (outcome) return outcome;
    answers.startOver();
  }
  const worker = await turn(host);
  try {
    return await worker.run(order, host, command, answers);
  } finally {
    if (worker.isDead) workers -= 1;
    passOn(worker);
  }
}

/** A worker. One that comes when the call was stopped already is for the next. */
async function turn(host) {
  const coming = free();
  try {
    return await host.orStopped(coming);
  } catch (error) {
    Promise.resolve(coming).then(passOn);
    throw error;
  }
}

function passOn(worker) {
  const next = queue.shift();
  if (next) next(worker.isDead ? free() : worker);
  else if (!worker.isDead) idle.push(worker);
}

function free() {
  if (idle.length > 0) return idle.pop();
  if (workers < MOST_WORKERS) {
    workers += 1;
    return new Thread();
  }
  return new Promise((resolve) => queue.push(resolve));
}

class Thread {
  #worker;
  #line;
  #call = 0;
  #current;
  isDead = false;

  constructor() {
    const { MessageChannel, Worker } = builtin('node:worker_threads');
    const { port1, port2 } = new MessageChannel();
    const counter = new SharedArrayBuffer(4);
    this.#line = new AnsweringEnd(port1, counter, (question, call) => this.#answer(question, call));
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: { port: port2, counter, modules: compiled() },
      transferList: [port2],
      // Nothing of this process is for the worker.
      env: {},
      execArgv: [],
    });
    this.#worker.on('message', (message) => this.#ended(message));
    this.#worker.on('error', (error) => {
      this.isDead = true;
      this.#current?.reject(error);
    });
    // An idle worker does not keep the process alive.
    port1.unref();
    this.#worker.unref();
  }

  async run(order, host, command, answers) {
    const call = ++this.#call;
    const stop = () => this.#line.stop(call);
    host.signal.addEventListener('abort', stop, { once: true });
    this.#worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.#current = { call, host, command, answers, resolve, reject };
        this.#worker.postMessage({ call, order, command: command && sendable(command) });
      });
    } finally {
      host.signal.removeEventListener('abort', stop);
      this.#current = undefined;
      this.#worker.unref();
    }
  }

  #ended({ call, outcome, defect, unsupported }) {
    if (this.#current?.call !== call) return;
    const { host, resolve, reject } = this.#current;
    if (outcome) resolve(outcome);
    else if (unsupported) reject(new Unsupported(unsupported.what, unsupported.hint));
    else reject(host.signal.aborted ? new Stopped(host.signal.reason) : defect);
  }

  async #answer(question, call) {
    if (this.#current?.call !== call) return undefined;
    try {
      return { value: await answered(question, this.#current) };
    } catch (failure) {
      return failure instanceof Stopped ? undefined : { failure };
    }
  }
}

function answered({ invoke, release, send, stdin, write }, { answers, command, host }) {
  const known = (invoke && answers.next(invoke)) ?? (write && answers.next(['write', write[0]]));
  if (known) return said(known);
  if (invoke) return host.invoke(...invoke);
  if (send) return host.send(send);
  if (stdin !== undefined) return host.orStopped(command.stdin(stdin));
  if (write) return command.write(...write);
  return host.release(release);
}

const sendable = ({ arguments: given, variables, terminals }) => ({ arguments: given, variables, terminals });
