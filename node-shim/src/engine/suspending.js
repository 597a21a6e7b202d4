// The engine where WebAssembly can wait for promises (JSPI): the component runs in this thread, and the event loop goes on.
// https://github.com/WebAssembly/js-promise-integration
import { component, instance } from 'engine/component';
import { capabilityImports } from './capability_imports.js';
import { outcomeOf } from './order.js';
import { room } from './pace.js';
import { wasi } from './wasi.js';
import { readyAmong, waitFor } from './wasi_io.js';

/** True where this engine can run. */
export const isSupported = () => typeof WebAssembly.Suspending === 'function';

/** Carries out one order with what the host lends. */
export async function run(order, host, command) {
  const { instantiate, core } = await component(order.component);
  await host.orStopped(room());
  const changes = new Changes(host);
  const send = (request, done) => changes.send(request, done);
  const capabilities = capabilityImports(
    (...question) => host.invoke(...question),
    (handle) => host.release(handle),
  );
  const imports = { ...wasi(changes, send, command && withStdin(command, changes)), ...capabilities };
  return outcomeOf(await instantiate(core, imports, instance, JSPI), order);
}

/** How the glue code waits: what an import yields is awaited, while the component sleeps. */
const JSPI = {
  suspending: (steps) => new WebAssembly.Suspending((...given) => awaited(steps(...given))),
  promising: (exported) => WebAssembly.promising(exported),
};

async function awaited(steps) {
  let step = steps.next();
  while (!step.done) {
    try {
      step = steps.next(await step.value);
    } catch (error) {
      step = steps.throw(error);
    }
  }
  return step.value;
}

const withStdin = (command, changes) => ({
  ...command,
  stdinLater: (most, done) => changes.tellOf(command.stdin(most).then(done, () => done(new Uint8Array()))),
});

/** What a component waits for: that a request ends, or that time passes. */
class Changes {
  #host;
  #tell = () => {};
  #unsent = [];

  constructor(host) {
    this.#host = host;
  }

  /** A request goes out when its answer is waited for: never, if there is no time left for it. */
  send(request, done) {
    // A call that was stopped waits nowhere any more.
    this.#unsent.push(() => this.#host.send(request).then(done, () => {}).then(() => this.#tell()));
  }

  /** Something else that is waited for has come once the promise is kept. */
  tellOf(promise) {
    promise.then(() => this.#tell());
  }

  async poll(pollables) {
    for (;;) {
      const ready = readyAmong(pollables);
      if (ready.length > 0) return ready;
      this.#unsent.splice(0).forEach((start) => start());
      await this.#host.orStopped(this.#next(waitFor(pollables)));
    }
  }

  async block(pollable) {
    await this.poll([pollable]);
  }

  #next(limit) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limit);
      this.#tell = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#host.signal.addEventListener('abort', this.#tell, { once: true });
    });
  }
}
