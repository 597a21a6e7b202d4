// The package as a library for Cloudflare's workerd, which compiles core modules with the program.
import { takeFrom } from 'engine/component';
import { MODULES } from 'generated/modules';

export * from './without_machine.js';

takeFrom((file) => MODULES[file]);
