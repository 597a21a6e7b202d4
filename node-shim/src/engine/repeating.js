// The engine for calls that only look something up, where WebAssembly cannot wait for promises (Node 20 and 22, some browsers). Most
// command lines find their token in the cache, and starting a worker would take longer than all the rest of them. So they run in this
// thread: a component that wants what is not there yet is thrown away, and run again from the beginning once that has come. A call
// that turns out to need more is left to a worker, which gets the same answers.
import { component, instance } from 'engine/component';
import { isTold, said } from './answers.js';
import { BLOCKING } from './blocking.js';
import { capabilityImports } from './capability_imports.js';
import { CONTRACT } from './contract.js';
import { Stopped } from './host.js';
import { outcomeOf } from './order.js';
import { room } from './pace.js';
import { wasi } from './wasi.js';
import { readyAmong } from './wasi_io.js';

/** What the component wants has to be asked for first. */
class NotYet extends Error {
  constructor(question) {
    super('it was not asked yet');
    this.question = question;
  }
}

/** What the component wants is more than looking something up. */
class Beyond extends Error {}

/** Carries out one order, and keeps what it was answered; nothing if that takes a worker. */
export async function run(order, host, command, answers) {
  const { instantiate, core } = await component(order.component);
  for (;;) {
    await host.orStopped(room());
    answers.startOver();
    try {
      return await outcomeOf(instantiate(core, imports(host, answers, command), instance, BLOCKING), order);
    } catch (error) {
      if (error instanceof Beyond) return undefined;
      if (!(error instanceof NotYet)) throw error;
      answers.keep(error.question, await asked(host, error.question));
    }
  }
}

async function asked(host, question) {
  try {
    return { value: await host.invoke(...question) };
  } catch (failure) {
    if (failure instanceof Stopped) throw failure;
    return { failure };
  }
}

/** Who is told something is not waited for. */
function told(host, answers, question) {
  host.invoke(...question).catch(() => {});
  return answers.keep(question, { value: undefined }).next(question);
}

function imports(host, answers, command) {
  const invoke = (...question) => {
    const [name, member] = question;
    const answer = answers.next(question) ?? (isTold(question) && told(host, answers, question));
    if (answer) return said(answer);
    throw CONTRACT[name][member]?.isQuick ? new NotYet(question) : new Beyond();
  };
  return { ...wasi(WAITS, () => {}, command && withStreams(command, answers)), ...capabilityImports(invoke, () => {}) };
}

const WAITS = {
  poll(pollables) {
    const ready = readyAmong(pollables);
    if (ready.length > 0) return ready;
    throw new Beyond();
  },
  block: (pollable) => void WAITS.poll([pollable]),
};

const withStreams = (command, answers) => ({
  ...command,
  stdin: () => {
    throw new Beyond();
  },
  stdinLater() {},
  write(descriptor, bytes) {
    const question = ['write', descriptor];
    const answer = answers.next(question) ?? answers.keep(question, written(command, descriptor, bytes)).next(question);
    said(answer);
  },
});

function written(command, descriptor, bytes) {
  try {
    return { value: command.write(descriptor, bytes) };
  } catch (failure) {
    return { failure };
  }
}
