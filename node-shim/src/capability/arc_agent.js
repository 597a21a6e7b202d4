// The capability `arc-agent`: the key files of Azure Arc's agent, and nothing else.
//
// The agent's word for the path came in clear, and not from the agent if somebody else listens at its port
// (CVE-2024-35255). So it is checked to the letter before anything is opened.
import { constants, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join } from 'node:path';
import { FileError } from '../system/file_error.js';
import { SAFELY, isLink, upTo } from '../system/private_file.js';

/** Larger than any key. */
const KEY_LIMIT = 4096;

export class ArcAgent {
  #program;
  #keys;

  constructor([program, keys] = placesOf(process.platform, process.env)) {
    this.#program = program;
    this.#keys = keys;
  }

  async isInstalled() {
    return existsSync(this.#program);
  }

  async readKey(path) {
    if (!this.#isKey(path)) throw refused(path, 'is no key file of the Azure Arc agent');
    const file = await opened(path);
    try {
      if (!(await file.stat()).isFile()) throw refused(path, 'is no regular file');
      const content = await upTo(file, KEY_LIMIT + 1);
      if (content.length > KEY_LIMIT) throw refused(path, 'is larger than a key');
      return content;
    } finally {
      await file.close();
    }
  }

  /** `..` is a part of a path like any other here, so it does not lead out of the folder. */
  #isKey(path) {
    return isAbsolute(path) && same(dirname(path), this.#keys) && extname(path) === '.key';
  }
}

async function opened(path) {
  try {
    return await open(path, constants.O_RDONLY | SAFELY);
  } catch (error) {
    if (isLink(path)) throw refused(path, 'is a symbolic link');
    throw FileError.fromSystem('read', path, error);
  }
}

/** The agent and the folder of its keys. */
function placesOf(platform, variables) {
  if (platform !== 'win32') return ['/opt/azcmagent/bin/himds', '/var/opt/azcmagent/tokens'];
  const below = (variable, name) => join(variables[variable] ?? '', 'AzureConnectedMachineAgent', name);
  return [below('ProgramFiles', 'himds.exe'), below('ProgramData', 'Tokens')];
}

/** Windows does not mind the case of names. */
function same(one, other) {
  return process.platform === 'win32' ? one.toLowerCase() === other.toLowerCase() : one === other;
}

const refused = (path, why) =>
  new FileError('denied', `\`${path}\` ${why}`, 'check that the Azure Arc agent is what answers at IDENTITY_ENDPOINT');
