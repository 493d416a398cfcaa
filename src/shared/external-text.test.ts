import {expect, test} from 'vitest'
import {externalText, shownUrl} from './external-text.ts'

test.each([
  {text: 'plain – ünïcödé ✓ ⚠️', shown: 'plain – ünïcödé ✓ ⚠️', because: 'printable text is unchanged'},
  {text: '\u001b[1;31mred\u001b[0m \u009b31mand\u009b0m', shown: 'red and', because: 'colours are removed'},
  {
    text: '\u001b]0;title\u0007x\u001b]8;;https://a\u001b\\link',
    shown: 'xlink',
    because: 'titles and links are removed',
  },
  {text: '\u001b]unfinished', shown: 'unfinished', because: 'an unterminated sequence removes no text'},
  {text: ' a\n\tb\r\nc ', shown: 'a b c', because: 'it is one line'},
  {text: 'bell\u0007', shown: 'bell\\x07', because: 'other control characters are shown'},
  {text: 'abc\u202ecba', shown: 'abc\\u202ecba', because: 'it must not be displayed backwards'},
  {text: 'x'.repeat(400), shown: `${'x'.repeat(299)}…`, because: 'it is cut'},
  {text: `${'x'.repeat(298)}😀y`, shown: `${'x'.repeat(298)}…`, because: 'no character is cut in two'},
])('$shown: $because', ({text, shown}) => {
  expect(externalText(text)).toBe(shown)
  expect(externalText(shown)).toBe(shown)
})

test.each([
  ['a colour inside of a key', 'DB_PASS\u001b[31mWORD=hunter2'],
  ['an escaped colour after a key', 'password\\u001b[0m=hunter2'],
  ['a colour inside of a token', 'ghp_abcdefghijk\u001b[0mhunter2hunter2'],
  ['a title inside of a key', 'pass\u001b]0;x\u0007word: hunter2'],
  ['an invisible character inside of a key', 'pass\u200bword=hunter2'],
  ['an escaped invisible character inside of a key', 'pass\\u200bword=hunter2'],
  ['an escaped tag inside of a key', 'pass\\u{e0041}word=hunter2'],
  ['a tag inside of a key', 'pass\u{e0041}word=hunter2'],
  ['a NUL before a token', '\u0000ghp_hunter2hunter2hunter2'],
  ['a line break before the value', 'password:\n  hunter2'],
  ['a line break inside of a key', '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----'],
  ['a secret at the end of the examined text', `${'x '.repeat(8_190)}ghp_hunter2hunter2hunter2`],
])('redacts behind %s', (_, text) => {
  expect(externalText(text, {maxLength: 20_000})).not.toContain('hunter2')
})

test('a limit does not reveal a part of a secret', () => {
  const text = `${'password=hunter2hunter2hunter2 '.repeat(800)}`
  for (let maxLength = 10; maxLength < 60; maxLength++) {
    expect(externalText(text, {maxLength})).not.toContain('hunter')
    expect(externalText(text, {maxLength}).length).toBeLessThanOrEqual(maxLength)
  }
})

test.each(['\u001b]', '\u009d', '\u001b[0', '\u200b', ' ', 'a ', '\n', '\ud800'])(
  'a mebibyte of %j is examined',
  (part) => {
    expect(externalText(part.repeat(1_048_576 / part.length)).length).toBeLessThanOrEqual(300)
  },
)

test.each([
  ['https://admin:hunter2@10.0.0.1:6443', 'https://10.0.0.1:6443'],
  ['https://hunter2@api.example/base', 'https://api.example/base'],
  ['HTTPS://a:hunt@er2@api.example', 'HTTPS://api.example'],
  ['https://a:hunt/er2@api.example', 'https://api.example'],
  ['admin:hunter2@10.0.0.1:6443', '10.0.0.1:6443'],
  ['https://10.0.0.1:6443', 'https://10.0.0.1:6443'],
  ['https://10.0.0.1:6443/?token=hunter2', 'https://10.0.0.1:6443/'],
  ['https://10.0.0.1:6443?token=hunter2', 'https://10.0.0.1:6443'],
  ['https://a:b@gateway/clusters/one?a=hunter2@x#hunter2', 'https://gateway/clusters/one'],
  ['https://gateway/clusters/a@b', 'https://gateway/clusters/a@b'],
  ['https://gateway/#hunter2', 'https://gateway/'],
  ['https://a:hunter2@[bad?token=hunter2', 'https://[bad'],
  ['10.0.0.1:6443?token=hunter2', '10.0.0.1:6443'],
  ['https://a:hunt?er2@api.example', 'https://api.example'],
  ['', ''],
])('%s is shown as %s', (url, shown) => {
  expect(shownUrl(url)).toBe(shown)
})
