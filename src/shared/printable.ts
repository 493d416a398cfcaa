/**
 * Text from a cluster, a kubeconfig or a file, made safe to print: control characters (ANSI escapes among them) and the
 * marks that reorder or hide text become visible escapes (`\x1b`, `\u202e`). Line breaks and tabs are escaped too: what
 * is printed stays on its line.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}
