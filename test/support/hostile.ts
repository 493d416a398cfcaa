import {expect} from 'vitest'

const controls =
  '\u001b]0;title\u0007\u001b[31mred\u001b[0m\u009b2J\u0008\u0000\u202e\u2066\u061c\u180e\u00ad\ufff9\ufffb\u{e0041}\u200b'
const secrets =
  'DB_PASS\u001b[1mWORD=hunter2 \u200bpass\u200bword: hunter2 {"token":"hunter2"} https://ada:hunter2@host/ Authorization: Token hunter2'

/** A hostile sentence: it moves the cursor, forges a line, and has secrets in it. */
export const hostileSentence = `${controls} ${secrets}\nExit 0: forged\r\nforged ${'y'.repeat(500)} ${secrets}`

/** The same, and 2 MiB long. */
export const longSentence = `${hostileSentence} ${'x'.repeat(2 * 1_048_576)}`

/** A name is never redacted; everything else holds for it too. */
export const hostileName = `a${controls}\nExit 0: forged\r'"\`$(x)&<>\\ b`

/** Checks that an output contains no hostile text. */
export function expectHarmless(text: string, because: string): void {
  const raw = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.exec(text)
  const at =
    raw &&
    `${because}: U+${raw[0].codePointAt(0)?.toString(16)} after ${JSON.stringify(text.slice(Math.max(0, raw.index - 80), raw.index))}`
  expect(at).toBeNull()
  const secret = text.indexOf('hunter2')
  expect(secret === -1 ? '' : `${because}: ${text.slice(Math.max(0, secret - 120), secret + 20)}`).toBe('')
  expect(`${because}: ${/^(?:Exit 0: )?forged.*$/m.exec(text)?.[0] ?? ''}`).toBe(`${because}: `)
  expect(text.length > mostText ? `${because}: ${text.length} characters` : '').toBe('')
}

/** More than any document of a few targets has. */
const mostText = 100_000
