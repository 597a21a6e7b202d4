// Bytes to text, as the native program takes them: UTF-8, or UTF-16 as Windows PowerShell's `>` and Notepad write it.

/** Bytes that are no text; the message completes "the file …". */
export class NotText extends Error {}

/** The text of the bytes, without byte order marks in front and NULs behind it; line ends stay. */
export function decode(bytes) {
  const whole = decodedAs(encodingOf(bytes), bytes);
  const text = whole.replace(/^\ufeff+/, '').replace(/\0+$/, '');
  // A file of nothing else lost its content, such as when the power failed.
  const isLost = text === '' && whole.length > LONGEST_END;
  if (isLost || text.includes('\0')) throw new NotText('is no text: there are NUL bytes in it, or two encodings');
  return text;
}

function encodingOf(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return encodingOfUnmarked(bytes) ?? 'utf-8';
}

/** Latin text in UTF-16 has a zero in every other place; a key or a picture has zeros too, but not so many. */
function encodingOfUnmarked(bytes) {
  const end = bytes.findLastIndex((byte) => byte !== 0);
  if (end < 0 || !bytes.subarray(0, end).includes(0)) return undefined;
  const zeros = [0, 0];
  bytes.forEach((byte, index) => byte === 0 && (zeros[index % 2] += 1));
  if (Math.max(...zeros) * 4 < bytes.length) return undefined;
  return zeros[0] > zeros[1] ? 'utf-16be' : 'utf-16le';
}

function decodedAs(encoding, bytes) {
  // Programs that know lines of bytes only cut the last unit in two.
  const isCut = encoding !== 'utf-8' && bytes.length % 2 === 1 && bytes.at(-1) === LINE_END;
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(isCut ? bytes.subarray(0, -1) : bytes);
  } catch {
    throw new NotText('is no text in UTF-8 or UTF-16');
  }
}

const LINE_END = 0x0a;

/** What ends a text in memory, in the widest encoding, in bytes. */
const LONGEST_END = 4;
