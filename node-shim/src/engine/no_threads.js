// In place of the engine of worker threads, where there are none.

export async function run() {
  throw new Error('this runtime has no WebAssembly that waits for promises (JSPI): use a newer one');
}
