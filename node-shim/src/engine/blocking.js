/** How the glue code waits in a thread that may block: not at all, for what an import yields has come already. */
export const BLOCKING = {
  suspending:
    (steps) =>
    (...given) => {
      const running = steps(...given);
      let step = running.next();
      while (!step.done) step = running.next(step.value);
      return step.value;
    },
  promising: (exported) => exported,
};
