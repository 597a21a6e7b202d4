// Opening the person's browser: the URL is one argument, and holds nothing but what a URL may hold.
import { join } from 'node:path';
import { isIP } from 'node:net';
import { Programs } from '../../system/programs.js';
import { printable } from '../../system/printable.js';

/** How long a program is watched for failing, in milliseconds. `xdg-open` is done or has become the browser by then. */
const WATCH = 1000;

/** Between the entries of `BROWSER`. */
const SEPARATOR = process.platform === 'win32' ? ';' : ':';

/** Opens `url` by way of `entrance(url)`, and goes on as soon as the browser is on its way. */
export async function openBrowser(url, entrance = (url) => url, variables = process.env) {
  const given = entrance(argument(url));
  const { BROWSER: chosen } = variables;
  if (!chosen && !hasDisplay(variables)) throw NO_DISPLAY;
  const programs = new Programs(variables);
  const openers = chosen ? openersOf(chosen, programs) : openersOf(systemBrowsers(variables), programs);
  for (const { program, before } of openers) {
    if (await starts(programs, program, withUrl(before, given))) return;
  }
  throw chosen ? noneOf(chosen) : NO_BROWSER;
}

function hasDisplay({ DISPLAY, WAYLAND_DISPLAY }) {
  return ['darwin', 'win32'].includes(process.platform) || Boolean(DISPLAY || WAYLAND_DISPLAY);
}

/** What opens a web address. The second one is the alternatives system's, on Debian without xdg-utils. */
function systemBrowsers({ SystemRoot = '' }) {
  if (process.platform === 'darwin') return '/usr/bin/open';
  if (process.platform === 'win32') return `${join(SystemRoot, 'System32', 'rundll32.exe')} url.dll,FileProtocolHandler`;
  return 'xdg-open:x-www-browser';
}

/** Each entry is a path, blanks included, or a command line without quoting. */
function openersOf(entries, programs) {
  return entries
    .split(SEPARATOR)
    .map((entry) => entry.trim())
    .map((entry) => {
      const whole = programs.find(entry);
      if (whole) return { program: whole, before: [] };
      const [name, ...before] = entry.split(/\s+/);
      return { program: programs.find(name), before };
    })
    .filter(({ program }) => program);
}

/** The URL comes last if it has no place (`%s`). */
function withUrl(before, url) {
  const words = before.map((word) => word.replaceAll('%s', () => url));
  return before.some((word) => word.includes('%s')) ? words : [...words, url];
}

/** True if the program runs, or has ended well. */
function starts(programs, program, given) {
  return new Promise((resolve) => {
    const child = programs.start(program, given);
    const timer = setTimeout(() => resolve(true), WATCH);
    const end = (isWell) => {
      clearTimeout(timer);
      resolve(isWell);
    };
    child.once('error', () => end(false));
    child.once('exit', (code) => end(code === 0));
    // The browser outlives the sign-in.
    child.unref();
  });
}

/** https, or http on loopback, with everything encoded that no URL holds as it is. */
export function argument(url) {
  const encoded = Buffer.from(url).toString('latin1').replace(/[^\x21-\x7e]|["<>\\^`{|}]/g, hexadecimal);
  let parsed;
  try {
    parsed = new URL(encoded);
  } catch {
    throw REFUSED;
  }
  const { protocol, username, password, hostname } = parsed;
  const hasUser = username !== '' || password !== '' || /^[a-z]+:\/\/[^/?#]*@/i.test(encoded);
  if (!hasUser && (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)))) return encoded;
  throw REFUSED;
}

const hexadecimal = (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

function isLoopback(hostname) {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

const REFUSED = {
  fault: 'denied',
  message: 'only https addresses, and http ones on this machine, are opened in a browser',
  hint: 'check the authority that the profile names',
};

const NO_DISPLAY = {
  fault: 'absent',
  message: 'no display detected: neither DISPLAY nor WAYLAND_DISPLAY is set',
  hint: 'use `-f DeviceCode` to sign in on another device, or `--show-url` to open the address by hand; BROWSER names a browser that needs no display',
};

const noneOf = (chosen) => ({
  fault: 'absent',
  message: `no browser could be started: BROWSER is \`${printable(chosen)}\``,
  hint: 'set BROWSER to an absolute path or to a command in PATH, or unset it; `--show-url` shows the address',
});

const NO_BROWSER = {
  fault: 'absent',
  message: 'no browser could be started',
  hint: 'name one in BROWSER, use `--show-url` to open the address by hand, or `-f DeviceCode` to sign in on another device',
};
