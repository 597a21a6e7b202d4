// Where things are.
import { fileURLToPath } from 'node:url';

/** The full path of something in the workspace. */
export const workspace = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
