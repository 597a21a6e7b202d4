// Somebody with a folder of their own and nothing else of this machine, who has both programs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUNTIMES, run } from './processes.js';
import { packaged, workspace } from './workspace.js';

export const NATIVE = [workspace('target/release/entra-auth-cli')];

/** The command line in a runtime. */
export const inRuntime = (name) => [...RUNTIMES[name], packaged('command.js')];

export const NODE = inRuntime('Node 20');

/** Stock wasmtime with this user's folder and what a pipeline hands in. */
export const inSandbox = (user) => [
  workspace('target/tools/bin/wasmtime'),
  ...['run', '-S', 'http', '--dir', `${user.environment.ENTRA_AUTH_CLI_CONFIG_PATH}::/config`],
  ...['AZURE_CLIENT_SECRET', 'ENTRA_AUTH_CLI_CACHE_KEY'].flatMap((name) => ['--env', name]),
  workspace('target/components/entra-auth-cli.wasm'),
];

export const SECRET = 'S3cr3t~+/=&% é';

export class User {
  home = mkdtempSync(join(tmpdir(), 'user-'));
  environment = {
    PATH: process.env.PATH,
    HOME: this.home,
    ENTRA_AUTH_CLI_CONFIG_PATH: join(this.home, 'config'),
    ENTRA_AUTH_CLI_SECRET_STORE: 'file',
    ENTRA_AUTH_CLI_PASSPHRASE: 'correct horse battery staple',
    // The kernel keeps nothing for tests.
    ENTRA_AUTH_CLI_KEY_TIMEOUT: '0',
  };

  /** Runs a command line to its end. */
  run(program, line, { stdin, ...variables } = {}) {
    return run(program, line.split(' '), { stdin, cwd: this.home, env: { ...this.environment, ...variables } });
  }

  /** Stdout of a run that goes well. */
  async succeed(program, line, options) {
    const { code, stdout, stderr } = await this.run(program, line, options);
    if (code !== 0) throw new Error(`${program.at(-1)} ${line}: ${code}: ${stderr}`);
    return stdout;
  }

  start(program, line, options = {}) {
    const [name, ...before] = program;
    return spawn(name, [...before, ...line.split(' ')], { cwd: this.home, env: this.environment, ...options });
  }

  /** Creates the profile `api`. */
  createProfile(program, authority, secret = SECRET) {
    const line =
      'config create --non-interactive --name api --tenant-id contoso.onmicrosoft.com ' +
      '--client-id 99999999-8888-7777-6666-555555555555 --client-secret - --scope api://your-api-id/.default ' +
      `--authority ${authority}`;
    return this.succeed(program, line, { stdin: secret });
  }

  /** Creates the profile `person`, of a public client. */
  createPerson(program, authority) {
    const line =
      'config create --non-interactive --name person --tenant-id contoso.onmicrosoft.com ' +
      '--client-id 88888888-7777-6666-5555-444444444444 --auth-method Public --scope api://your-api-id/access_as_user ' +
      `--authority ${authority}`;
    return this.succeed(program, line);
  }

  /** The text is the body of an ES module that is run as the browser, with the address as `url`. */
  useBrowser(body) {
    const file = join(this.home, 'browser.mjs');
    writeFileSync(file, `#!${process.execPath}\nconst url = process.argv[2];\n${body}`);
    chmodSync(file, 0o755);
    this.environment.BROWSER = file;
  }

  leave() {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** A program at a terminal of its own: what it shows, and a way to type. */
export class AtTerminal {
  shown = '';

  constructor(user, program, line) {
    const command = [...program, ...line.split(' ')].map((word) => `'${word}'`).join(' ');
    const given = ['--quiet', '--return', '--command', command, '/dev/null'];
    this.child = spawn('script', given, { cwd: user.home, env: user.environment });
    this.child.stdout.setEncoding('utf8').on('data', (part) => (this.shown += part));
    this.ended = once(this.child, 'close').then(([code]) => code);
  }

  /** Waits until it shows the text, then types. */
  async answer(text, typed) {
    while (!this.shown.includes(text)) {
      const isOver = await Promise.race([this.ended.then(() => true), once(this.child.stdout, 'data').then(() => false)]);
      if (isOver && !this.shown.includes(text)) throw new Error(`${text} was not shown: ${this.shown}`);
    }
    this.child.stdin.write(typed);
  }
}
