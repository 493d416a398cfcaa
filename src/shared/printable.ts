/**
 * What a terminal obeys, or a reader cannot see: control characters (ANSI escapes among them), marks that reorder or hide
 * text, invisible letters and tags, lone surrogates. The mark that shows a pictograph in colour is left where it belongs.
 */
const unprintable =
  /(?!(?<=\p{Extended_Pictographic})\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u

const everywhere = new RegExp(unprintable, 'gu')
const exceptLineBreaks = new RegExp(`(?!\\n)${unprintable.source}`, 'gu')

/**
 * A name, or one of our own sentences, made safe to print: what is not printable becomes a visible escape (`\x1b`, `\u202e`,
 * `\u{e0041}`). Line breaks and tabs are escaped too: what is printed stays on its line. Sentences of others are
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

/** The text without what is not printable. */
export function withoutUnprintable(text: string): string {
  return text.replace(everywhere, '')
}

/** A JSON document with the escapes of JSON in place of what is not printable; its line breaks stay. */
export function escapeInJson(document: string): string {
  return document.replace(exceptLineBreaks, escapeOfUnits)
}

/** A YAML document with the escapes of its double-quoted strings; its line breaks stay. */
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
