// Where profiles, sealed secrets and cached tokens live on this machine; the native program's places. Nothing is created here.
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { FileError } from './file_error.js';
import { fromHome } from './from_home.js';
import { word } from './word.js';

const NAME = 'entra-auth-cli';
const TOKENS = 'tokens';

/** Each names one folder for everything; the first that is set counts. */
const OVERRIDES = ['ENTRA_AUTH_CLI_CONFIG_PATH', 'entra-auth-cli_CONFIG_PATH', 'ENTRA_TOKEN_HOME'];

export class Folders {
  #config;
  #cache;
  #chosen;

  /** As the variables say, else below the home folder. */
  constructor(variables = process.env, home = homeOf(), platform = process.platform) {
    const chosen = OVERRIDES.map((name) => word(variables[name])).find(Boolean);
    const [config, cache] = BASES[platform] ?? BASES.linux;
    if (chosen) {
      this.#config = resolve(fromHome(chosen, home));
      this.#cache = join(this.#config, TOKENS);
      this.#chosen = this.#config === below(variables, home, config, [NAME]) ? undefined : this.#config;
      return;
    }
    this.#config = below(variables, home, config, [NAME]);
    this.#cache = below(variables, home, cache, [NAME, TOKENS]);
  }

  /** Profiles and the encrypted file of secrets. */
  get config() {
    return this.#config ?? noHome();
  }

  /** What keeps entries elsewhere apart from those of the usual folders; nothing for the usual ones. */
  get chosen() {
    return this.#chosen;
  }

  /** Sealed tokens. */
  get cache() {
    return this.#cache ?? noHome();
  }
}

/** Variable and default of configuration and cache: the XDG base directories, and application data on Windows. */
const BASES = {
  linux: [['XDG_CONFIG_HOME', '.config'], ['XDG_CACHE_HOME', '.cache']],
  darwin: [['XDG_CONFIG_HOME', '.config'], ['XDG_CACHE_HOME', 'Library/Caches']],
  win32: [['APPDATA', 'AppData\\Roaming'], ['LOCALAPPDATA', 'AppData\\Local']],
};

/** The XDG base directory specification says to ignore a relative path. */
function below(variables, home, [variable, path], rest) {
  const base = word(variables[variable]);
  if (base && isAbsolute(base)) return join(base, ...rest);
  return home && isAbsolute(home) ? join(home, path, ...rest) : undefined;
}

function homeOf() {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

function noHome() {
  throw new FileError('absent', 'this user has no home folder to keep anything in', 'set ENTRA_AUTH_CLI_CONFIG_PATH to a folder');
}
