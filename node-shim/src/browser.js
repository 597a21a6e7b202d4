// The package as a library for a page in a browser, which fetches core modules from where this file came from. One that is not
// the one that was built is refused by the browser.
import { takeFrom } from 'engine/component';
import { Unsupported } from 'engine/unsupported';

export * from './without_machine.js';

takeFrom(async (file, digest) => {
  const bytes = digest.match(/../g).map((byte) => String.fromCharCode(parseInt(byte, 16)));
  try {
    return await WebAssembly.compileStreaming(fetch(new URL(file, import.meta.url), { integrity: `sha256-${btoa(bytes.join(''))}` }));
  } catch (cause) {
    const error = new Unsupported(`\`${file}\` cannot be loaded, or is not the file that this package was built with`, 'serve the whole package, `.wasm` files as `application/wasm`');
    throw Object.assign(error, { cause });
  }
});
