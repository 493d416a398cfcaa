/** Control characters, and marks that reorder or hide text: formats may allow them raw, terminals obey them. */
const unprintable = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff]/u
const everywhere = new RegExp(unprintable, 'gu')
const exceptLineBreaks = new RegExp(`(?!\\n)${unprintable.source}`, 'gu')

export function isPrintable(text: string): boolean {
  return !unprintable.test(text)
}

/** The text with an escape (`\u001b`) for each of them. */
export function escapeUnprintable(text: string): string {
  return text.replace(everywhere, escapeOf)
}

/** The same for a document that has lines. */
export function escapeUnprintableInLines(text: string): string {
  return text.replace(exceptLineBreaks, escapeOf)
}

function escapeOf(char: string): string {
  return `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
}
