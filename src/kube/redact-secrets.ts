const redacted = '[redacted]'

/** Longer lines are cut: what comes later explains no crash, and the rules take their time with it. */
const maxLength = 400

/** A word that names a secret, at the end of a longer name too: `DB_PASSWORD`, `x-api-key`. */
const secretName = String.raw`[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|authorization|cookie|session[_-]?id|pwd)[\w.-]*`

/** What is cut out, and what stands in its place; the order matters: names first, then what looks like a secret by itself. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [^-]*-----.*?(?:-----END [^-]*-----|$)/g, redacted],
  [/\b(bearer|basic|digest|negotiate)\s+[\w+/=.~-]{6,}/gi, `$1 ${redacted}`],
  // name=value, name: value, "name":"value", --name value; a quoted value to its closing quote, another to the next space
  [
    new RegExp(
      String.raw`(["']?${secretName}["']?\s*(?:=>|[:=])\s*)("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,;&]+)`,
      'gi',
    ),
    `$1${redacted}`,
  ],
  [new RegExp(String.raw`(--${secretName}\s+)([^\s-]\S*)`, 'gi'), `$1${redacted}`],
  // the user information of a URL
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*:[^\s/]*@/gi, `$1${redacted}@`],
  // JSON Web Tokens; keys of clouds and forges by their prefixes
  [/\beyJ[\w-]{8,}(?:\.[\w-]+){1,2}/g, redacted],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, redacted],
  [/\b(?:gh[pousr]|github_pat|glpat|xox[abposr]|sk|pk|rk|npm|hf|dop_v1|AIza)[-_]?[\w-]{16,}/g, redacted],
  // long runs of base64 or hex in which letters and digits mix: keys more often than anything that explains a crash
  [/(?<![\w/+.-])(?=[a-z/+]*\d)(?=[\d/+]*[a-z])[a-z\d/+]{32,}={0,2}(?![\w/+.-])/gi, redacted],
]

/**
 * A line that a program wrote, without what looks like a secret: values of names such as `password`, credentials in URLs and
 * headers, tokens and keys by their form. It errs on the side of cutting; that nothing else is secret it cannot promise.
 * At most 400 characters of it are kept.
 */
export function redactSecrets(line: string): string {
  return rules.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line.slice(0, maxLength))
}
