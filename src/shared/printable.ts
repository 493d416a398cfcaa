/**
 * Characters that control a terminal, or are invisible: control characters (ANSI escapes among them), marks that reorder or
 * hide text, invisible letters and tags, lone surrogates. The mark that shows a pictograph in colour is kept after one.
 */
const unprintable =
  /(?!(?<=\p{Extended_Pictographic})\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u

const everywhere = new RegExp(unprintable, 'gu')
const exceptLineBreaks = new RegExp(`(?!\\n)${unprintable.source}`, 'gu')

/**
 * A name, or one of our own sentences, made safe to print: unprintable characters become visible escapes (`\x1b`, `\u202e`,
 * `\u{e0041}`). Line breaks and tabs are escaped too, so that the text stays on its line. Text of others goes through
 * `externalText`.
 */
export function printable(text: string): string {
  return text.replace(everywhere, (char) => {
    const hex = codeOf(char).toString(16)
    if (codeOf(char) > 0xffff) return `\\u{${hex}}`
    return codeOf(char) < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`
  })
}

export function isPrintable(text: string): boolean {
  return !unprintable.test(text)
}

/** The text without unprintable characters. */
export function withoutUnprintable(text: string): string {
  return text.replace(everywhere, '')
}

/** A JSON document with JSON escapes for unprintable characters; its line breaks are kept. */
export function escapeInJson(document: string): string {
  return document.replace(exceptLineBreaks, escapeOfUnits)
}

/** A YAML document with the escapes of double-quoted strings; its line breaks are kept. */
export function escapeInYaml(document: string): string {
  return document.replace(exceptLineBreaks, (char) => {
    const code = codeOf(char)
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : escapeOfUnits(char)
  })
}

/** Each 16-bit unit as `\uXXXX`. */
function escapeOfUnits(char: string): string {
  return Array.from({length: char.length}, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
    '',
  )
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0
}
