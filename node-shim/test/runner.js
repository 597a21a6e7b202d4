// Runs the suite in whatever runtime this is started with. Argument: the authority of a running emulator.
import { pathToFileURL } from 'node:url';
import { emulatorAt } from './emulator.js';
import { report } from './suite.js';
import { keys, packaged } from './workspace.js';

const entra = await import(pathToFileURL(packaged('index.js')));
const isWell = await report(entra, emulatorAt(process.argv[2], keys()), console.log);
// Nothing is left that keeps the process alive: it ends by itself.
process.exitCode = isWell ? 0 : 1;
