// Modules of the runtime that are loaded when they are needed. An import would load them from the start, and evaluate each member:
// one of `node:http` is all of undici, a quarter of what a short process takes.
import { createRequire } from 'node:module';

/** The module `node:…`. */
export const builtin = createRequire(import.meta.url);
