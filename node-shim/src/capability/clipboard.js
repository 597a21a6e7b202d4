// The capability `clipboard`, through the program of the desktop that fills it.
import { once } from 'node:events';
import { join } from 'node:path';
import { Programs } from '../system/programs.js';

export class Clipboard {
  #variables;

  constructor(variables = process.env) {
    this.#variables = variables;
  }

  async copy(text) {
    const programs = new Programs(this.#variables);
    let hasProgram = false;
    for (const [name, ...given] of candidates(this.#variables)) {
      const program = programs.find(name);
      hasProgram ||= program !== undefined;
      if (program && (await fed(programs.start(program, given, { stdin: 'pipe' }), text))) return;
    }
    throw hasProgram ? NOT_FILLED : ABSENT;
  }
}

/** The desktop in use first. Linux inside Windows has the clipboard of Windows. */
function candidates(variables) {
  if (process.platform === 'darwin') return [['/usr/bin/pbcopy']];
  if (process.platform === 'win32') return [[join(variables.SystemRoot ?? '', 'System32', 'clip.exe')]];
  const wayland = variables.WAYLAND_DISPLAY ? [['wl-copy']] : [];
  const x = variables.DISPLAY ? [['xclip', '-selection', 'clipboard'], ['xsel', '--clipboard', '--input']] : [];
  return [...wayland, ...x, ['clip.exe']];
}

/** True if the program took the text. It stays behind by itself for as long as it owns the clipboard. */
async function fed(child, text) {
  try {
    child.stdin.on('error', () => {}).end(text);
    const [code] = await once(child, 'exit');
    return code === 0;
  } catch {
    return false;
  }
}

const NOT_FILLED = {
  fault: 'other',
  message: 'the clipboard could not be filled',
  hint: 'leave `--clipboard` out, and copy the result by hand',
};

const ABSENT = {
  fault: 'absent',
  message: 'there is no clipboard here',
  hint: 'install wl-clipboard, xclip or xsel on a desktop; elsewhere leave `--clipboard` out',
};
