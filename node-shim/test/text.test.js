// Texts as all systems write them, as `component/text` reads them (its tests have the same table).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotText, decode } from '../src/system/text.js';

const swapped = (bytes) => Buffer.from(bytes).swap16();

test('every encoding gives the same text', () => {
  for (const text of ['S3cr3t~+/=&% é', 'a', 'two\r\nlines\r\n', '-----BEGIN X-----\n', '']) {
    const utf8 = Buffer.from(text);
    const little = Buffer.from(text, 'utf16le');
    const big = swapped(little);
    for (const [name, ...parts] of [
      ['UTF-8', utf8],
      ['UTF-8, mark', [0xef, 0xbb, 0xbf], utf8],
      ['UTF-8, two marks', [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], utf8],
      ['UTF-8, NUL behind', utf8, [0]],
      ['little', little],
      ['little, mark', [0xff, 0xfe], little],
      ['little, NUL behind', little, [0, 0]],
      ['big', big],
      ['big, mark', [0xfe, 0xff], big],
    ]) {
      assert.equal(decode(Buffer.concat(parts.map((part) => Buffer.from(part)))), text, name);
    }
  }
  const marked = (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  assert.equal(decode(marked('a line\n').subarray(0, -1)), 'a line');
  assert.equal(decode(marked('пароль')), 'пароль');
  assert.equal(decode(marked('')), '');
  assert.equal(decode(Buffer.from('\0\0')), '');
});

test('what is no text is refused by its reason', () => {
  const encoding = /UTF-8 or UTF-16/;
  const nul = /NUL bytes/;
  for (const [name, bytes, reason] of [
    ['Latin-1', 'pa\xdfwort', encoding],
    ['half a unit', '\xff\xfea', encoding],
    ['half a pair', '\xff\xfe\x3d\xd8', encoding],
    ['NUL inside', 'ab\0cdefghijk', nul],
    ['NUL alone', '\0'.repeat(500), nul],
    ['UTF-16 behind UTF-8', 'a first line\nb\0c\0', nul],
    ['UTF-32', '\xff\xfe\0\0a\0\0\0b\0\0\0', nul],
    ['DER', '\x30\x82\x00\x10\x02\x01\x00\x30\x82\x01\x0f\x00\x30\x82', encoding],
  ]) {
    const isRight = (error) => error instanceof NotText && reason.test(error.message);
    assert.throws(() => decode(Buffer.from(bytes, 'latin1')), isRight, name);
  }
});
