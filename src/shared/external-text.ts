import {isPrintable, printable, withoutUnprintable} from './printable.ts'
import {redacted, redactSecrets} from './redact-secrets.ts'

/** Enough for a sentence of a kubelet, a webhook or the API server. */
const defaultMaxLength = 300

/** The number of characters that are examined: later ones could not be shown in any case. */
const maxInput = 16_384

/**
 * A terminal's sequences: OSC, DCS and similar up to their end, CSI (colours, movements), and the two-character ones; in
 * both forms, with ESC and as one C1 character. Of an unterminated one only the beginning is removed.
 */
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
  /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]{0,4096}(?:\x07|\x1b\\|\x9c)|(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b[ -/]{0,4}[0-~]/g

/** Colours whose ESC a program has already escaped, as in JSON, and other characters in this form. */
const escapedColors = /\\{1,8}(?:u001b|x1b|033|e)\[[\d;]{0,32}m/gi

const escapes = /\\{1,8}(?:u\{([\da-f]{1,6})\}|u([\da-f]{4})|x([\da-f]{2}))/gi

/** An escape of a character that is not printable hides a secret as much as the character itself. */
function withoutEscaped(written: string, ...[long, units, byte]: readonly (string | undefined)[]): string {
  const code = Number.parseInt(long ?? units ?? byte ?? '', 16)
  return code > 0x10ffff || isPrintable(String.fromCodePoint(code)) ? written : ''
}

/**
 * All text of other parties goes through this function: messages of API servers, kubelets, webhooks, proxies and plugins, log
 * lines, conditions, annotations, values of files and of the environment. The result is one line, without terminal sequences,
 * without recognisable secrets, with all other unprintable characters as visible escapes, and no longer than `maxLength`
 * UTF-16 units (default 300). Applying it twice is the same as applying it once.
 *
 * Secrets are searched for after the sequences are removed, and once more without invisible characters and escaped colours:
 * neither can split a name or a token so that it is not recognised.
 */
export function externalText(text: string, {maxLength = defaultMaxLength}: {readonly maxLength?: number} = {}): string {
  const line = onOneLine(text)
  const redacted = redactSecrets(line)
  const visible = withoutUnprintable(redacted).replace(escapedColors, '').replace(escapes, withoutEscaped)
  const redactedAgain = redactSecrets(visible)
  return atMost(redactedAgain === visible ? printable(redacted) : redactedAgain, maxLength)
}

/**
 * Text of a file that must stay exact where it can: unchanged, except that text with recognisable secrets becomes what
 * `externalText` makes of it.
 */
export function exactUnlessSecret(text: string): string {
  const shown = externalText(text, {maxLength: maxInput})
  return shown.includes(redacted) ? shown : text
}

/**
 * One of our own sentences, or a command that we suggest: on one line, escaped and truncated as by `externalText`, and not
 * redacted, because a context may be named `wrong-token`. Text of others in it has gone through `externalText` before.
 */
export function ownText(text: string, {maxLength = defaultMaxLength}: {readonly maxLength?: number} = {}): string {
  return atMost(printable(onOneLine(text)), maxLength)
}

function onOneLine(text: string): string {
  return beginning(text)
    .replace(sequences, '')
    .replace(/\s{3,}|\s[^\S ]|[^\S ]\s?/g, ' ')
    .trim()
}

/** A word that the limit truncates could be half a secret, which no rule recognises. */
function beginning(text: string): string {
  if (text.length <= maxInput) return text
  const start = text.slice(0, maxInput)
  return `${start.replace(/\s\S*$/, '')} …`
}

function atMost(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  return `${text
    .slice(0, maxLength - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…`
}

/**
 * A URL as it may be shown: without user information, query and fragment, each of which may be a password; also one that is
 * not well-formed, or has no scheme. It has the same host. Without these parts the text is unchanged.
 */
export function shownUrl(url: string): string {
  const text = url.trim()
  const hostOf = (one: string) => URL.parse(one)?.host || undefined
  const exact = text.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]{0,31}:\/\/)[^/\\]*@/i, '$1')
  if (hostOf(text) !== undefined && hostOf(exact) === hostOf(text)) return exact
  // In a text that is not a URL, the end of a password cannot be determined.
  return text.replace(/^([a-z][a-z0-9+.-]{0,31}:\/\/)?.*@/is, '$1').replace(/[?#].*$/s, '')
}
