// What everybody has to know, whatever is shown.
import { writeSync } from 'node:fs';
import { printable } from './printable.js';

export function warn(text) {
  try {
    writeSync(2, `warning: ${printable(text)}\n`);
  } catch {
    // What cannot be shown is not shown.
  }
}
