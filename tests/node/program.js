// The shipped program, used by somebody with a folder of their own and nothing else of this machine.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { workspace } from './workspace.js';

export class User {
  #home = mkdtempSync(join(tmpdir(), 'user-'));
  #environment = {
    PATH: process.env.PATH,
    HOME: this.#home,
    ENTRA_AUTH_CLI_CONFIG_PATH: this.#home,
    ENTRA_AUTH_CLI_SECRET_STORE: 'file',
    ENTRA_AUTH_CLI_PASSPHRASE: 'correct horse battery staple',
    // Whoever runs the tests has a limited number of keys that the kernel keeps.
    ENTRA_AUTH_CLI_KEY_TIMEOUT: '60',
  };

  /** Starts the program. `shown` waits for a text on stderr, `ended` gives exit code and both streams. `more` is words with blanks. */
  start(line, stdin = '', more = []) {
    const program = workspace('target/release/entra-auth-cli');
    if (!existsSync(program)) throw new Error(`${program} is missing: run \`cargo build --release\``);
    const child = spawn(program, [...line.split(/\s+/), ...more], { env: this.#environment, cwd: this.#home });
    // A program that does not read it closes the pipe.
    child.stdin.on('error', () => {}).end(stdin);
    const stdout = text(child.stdout);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (part) => {
      stderr += part;
    });
    const ended = once(child, 'close').then(async ([code]) => ({ code, stdout: await stdout, stderr }));
    const shown = async (pattern) => {
      while (!pattern.test(stderr)) {
        const over = ended.then(() => assert.match(stderr, pattern));
        await Promise.race([once(child.stderr, 'data'), over]);
      }
      return stderr.match(pattern);
    };
    return { shown, ended };
  }

  /** Stdout of a run that goes well. */
  async run(line, stdin) {
    const { code, stdout, stderr } = await this.start(line, stdin).ended;
    if (code !== 0) throw new Error(`${line}: ${code}: ${stderr}`);
    return stdout;
  }

  /** The text is the body of an ES module that is run as the browser, with the address as `url`. */
  useBrowser(body) {
    const file = join(this.#home, 'browser.mjs');
    writeFileSync(file, `#!${process.execPath}\nconst url = process.argv[2];\n${body}`);
    chmodSync(file, 0o755);
    this.#environment.BROWSER = file;
  }

  /** A file in this user's folder. */
  file(name) {
    return join(this.#home, name);
  }

  leave() {
    rmSync(this.#home, { recursive: true });
  }
}
