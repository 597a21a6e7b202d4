// Other programs of this machine, such as a browser. They are found by absolute paths alone, never in the folder that the
// user happens to be in, are started without a shell, and inherit no secrets.
import { spawn } from 'node:child_process';
import { constants, accessSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, extname, isAbsolute, join } from 'node:path';
import { SECRETS } from './known_variables.js';

export class Programs {
  #folders;
  #variables;

  /** The folders of PATH that do not depend on where the user is. */
  constructor(variables = process.env) {
    this.#variables = variables;
    this.#folders = (variables.PATH ?? '').split(delimiter).filter(isAbsolute);
  }

  /** The program of an absolute path, or of a bare name. */
  find(name) {
    if (isAbsolute(name)) return executable(name);
    // What has a folder in it is meant from where the user is.
    if (basename(name) !== name) return undefined;
    return this.#folders.map((folder) => executable(join(folder, name))).find(Boolean);
  }

  /** Starts the program, with closed streams but for stdin if that is wanted. Ctrl-C in the terminal is not for it. */
  start(program, given, { stdin = 'ignore' } = {}) {
    const env = { ...this.#variables, PATH: this.#folders.join(delimiter) };
    for (const secret of SECRETS) delete env[secret];
    return spawn(program, given, {
      env,
      cwd: dirname(program),
      stdio: [stdin, 'ignore', 'ignore'],
      detached: process.platform !== 'win32',
    });
  }
}

function executable(path) {
  const program = process.platform === 'win32' && !extname(path) ? `${path}.exe` : path;
  try {
    accessSync(program, constants.X_OK);
    // Not scripts: what cmd.exe makes of an argument cannot be foreseen.
    const isProgram = process.platform !== 'win32' || extname(program).toLowerCase() === '.exe';
    return isProgram && statSync(program).isFile() ? program : undefined;
  } catch {
    return undefined;
  }
}
