// Modules of the runtime that are loaded when they are needed. An import would load them from the start, and evaluate each member:
// one of `node:http` is all of undici, a quarter of what a short process takes. For the same reason the build takes every import of
// `node:…` from here.
import { createRequire } from 'node:module';

/** The module `node:…`. */
export const builtin = process.getBuiltinModule ?? createRequire(import.meta.url);
