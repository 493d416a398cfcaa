export const redacted = '[redacted]'

/** A quote in text, in JSON inside of JSON (`\"`), and in HTML. */
const quote = String.raw`(?:\\{0,7}["'\x60]|&quot;|&#3[49];|%22)`

/** The value after a name: quoted to the same quote or the end, a list, or up to white space or the next pair. */
const value = String.raw`(?:(?<q>${quote})(?:[^\\]|\\[\s\S])*?(?:\k<q>|$)|\[[^\]]{0,2048}\]?|(?:[^\s&,;]|[,;](?![\w-]{1,64}[=:]))+)`

/** Words that name a secret, also within a longer name: `DB_PASSWORD`, `x-api-key`, `accessToken`. */
const secretWord = `(?:passw(?:or)?d|passphrase|passcode|pwd|secret|token|(?:api|access|account|private|secret|signing|encryption|master|shared)[_-]?key|credential|signature|authorization|session[_-]?id|(?<![a-z])(?:db|my|pg|smtp|mail|redis|root|user|admin)?pass(?![a-z])|(?<![a-z])_?auth(?![a-z]))`

const secretName = String.raw`(?<name>${secretWord}[\w.-]{0,64})`

/** Names that only point to a secret, or describe it. */
const pointsElsewhere =
  /(?:file|path|dir|name|ref|url|uri|endpoint|type|ttl|age|expiry|expir(?:es|ation)\w*|seconds|count|length|size|limit|policy|version|mount|volume|class|store|provider|namespace|enabled|required|rotation)s?$|^(?:tokeni[sz]|secretar|passwordless)/i

const isNothing =
  /^(?:(?:\\*["'`]){2}|true|false|null|nil|none|undefined|<nil>|<none>|<unset>|\{\}|\[\]|(?:\\*["'`]|&quot;|&#3[49];|%22)?\[redacted\].*)$/i

/** How a sentence continues after a colon: `couldn't get token: exit status 1` names no secret. */
const goesOn =
  /^(?:[a-z_]{2,}[,.:;]?|(?:Required|Invalid|Unauthorized|Forbidden|Get|Post|Put|Not|No|Failed|Error|Unable|Cannot|Access|Permission|The|This|Expected|HTTP|EOF|Azure|AADSTS\d{4,}|ERROR|\d{3})\b.*|\("?[a-z_]{2,}:?|(?:oauth2|tls|x509|http|json|yaml|rpc)\b.*)$/

/** One word with a capital letter starts a sentence if another one follows: `Token: Profile corp was not found`. */
const wordFollows = /^\s[a-z]{2,}/

const goesOnAfterPassword = /^(?:required|invalid|must|is|was|not|cannot|incorrect|wrong|expired|missing|too)\b/i

/** The text after an option's name in a sentence about it. */
const aboutOption =
  /^(?:must|is|was|are|not|cannot|can|flags?|options?|and|or|to|for|with|in|instead|when|if|has|may|requires?|needs?|given|from|arguments?|value|before|which|that|by|on|as)\b/i

interface Found {
  readonly all: string
  /** Some characters before it. */
  readonly before: string
  /** Some characters after it. */
  readonly after: string
  readonly groups: Readonly<Record<string, string | undefined>>
}

interface Rule {
  readonly pattern: RegExp
  /** The replacement; default: `[redacted]`. */
  readonly replace?: (found: Found) => string
}

const afterName = String.raw`${quote}?\]?\s{0,4}(?:=>|:=|==?|:|%3[ad])\s{0,8}`

/**
 * The rules. Names first, then values that look like a secret by themselves. Every repetition is bounded except the last one of
 * a pattern, which cannot fail: the time for a text is at most its length times a constant.
 */
const rules: readonly Rule[] = [
  {pattern: /-----BEGIN [^-]{0,64}-----[\s\S]*?(?:-----END [^-]{0,64}-----|$)/g},
  {pattern: /\bLS0tLS1CRUdJTi[\w+/=]*/g},
  // headers: a scheme and what belongs to it; all pairs of a cookie
  {
    pattern: new RegExp(
      String.raw`(?<start>authorization${afterName}${quote}?)(?<value>(?:digest|signature|aws4[\w-]{0,32}|oauth)\s{1,4}[^\r\n]*|(?:[\w-]{1,32}\s{1,4})?[^\s"'\x60\\]+)`,
      'gi',
    ),
    replace: ({all, groups: {start = '', value = ''}}) => (goesOn.test(firstWord(value)) ? all : `${start}${redacted}`),
  },
  {
    pattern: new RegExp(
      String.raw`(?<start>\b(?:set-)?cookie2?${afterName}${quote}?)(?<value>[^\s"'\x60;]+(?:;\s?[^\s"'\x60;]+)*)`,
      'gi',
    ),
    replace: ({all, groups: {start = '', value = ''}}) => (goesOn.test(firstWord(value)) ? all : `${start}${redacted}`),
  },
  {
    pattern:
      /\b(?<scheme>bearer|basic|digest|negotiate|token|apikey)(?<space>\s{1,8}|%20|\+)(?<value>[\w+/.~-]{6,4096}={0,2})/gi,
    replace: ({all, groups: {scheme = '', space = '', value = ''}}) =>
      isCredential(scheme, value) ? `${scheme}${space}${redacted}` : all,
  },
  // a variable of a container: {"name":"DB_PASSWORD","value":"x"}, EnvVar{Name:DB_PASSWORD,Value:x}, and the other way round
  {
    pattern: new RegExp(
      String.raw`(?<start>${secretName}${quote}?[,;]?\s{0,8}${quote}?value${afterName})(?<value>${value})`,
      'gi',
    ),
    replace: ({groups: {start = '', value: found = '', q}}) => `${start}${inPlaceOf(found, q)}`,
  },
  {
    pattern: new RegExp(
      String.raw`(?<start>\bvalue${afterName})(?<v>(?<q>${quote})[^"'\x60]{0,2048}\k<q>)(?<end>,?\s{0,8}${quote}?name${afterName}${quote}?[\w.-]{0,64}?${secretWord})`,
      'gi',
    ),
    replace: ({groups: {start = '', end = ''}}) => `${start}${redacted}${end}`,
  },
  // the API server's sentence about a field: spec.password: Invalid value: "x"
  {
    pattern: new RegExp(
      String.raw`(?<start>${secretName}${quote}?\]?\s{0,4}:\s{0,4}(?:Invalid|Unsupported) value:\s{0,4}(?:"(?:string|object|array)":\s{0,4})?)(?<value>${value})`,
      'gi',
    ),
    replace: ({groups: {start = '', value: found = '', q}}) => `${start}${inPlaceOf(found, q)}`,
  },
  // name=value, name: value, "name":"value", <name>value</name>, --name value
  {
    pattern: new RegExp(`(?<start>${secretName}(?<sep>${afterName}))(?<value>${value})`, 'gi'),
    replace: redactedPair,
  },
  {
    pattern: new RegExp(String.raw`(?<start><[\w:.-]{0,64}?${secretName}>)(?<value>[^<]{1,4096})`, 'gi'),
    replace: ({groups: {start = ''}}) => `${start}${redacted}`,
  },
  {
    pattern: new RegExp(
      String.raw`(?<start>(?<![\w.-])--?[\w-]{0,32}?${secretName}(?:\s{1,8}${quote}?|${quote}\s{0,4},?\s{0,4}${quote}))(?<value>(?!\[redacted\])[^\s"'\x60\\,\]-][^\s"'\x60\\,\]]*)`,
      'gi',
    ),
    replace: ({all, groups: {start = '', name = '', value = ''}}) =>
      pointsElsewhere.test(name) || aboutOption.test(value) ? all : `${start}${redacted}`,
  },
  // curl -u name:password, mysql -ppassword, sshpass -p password
  {
    pattern:
      /(?<start>(?<![\w-])(?:-u|--user|--proxy-user)(?:\s{1,8}|=)["']?)(?!\d{1,10}:\d{1,10}\b)[^\s:"']{1,128}:[^\s"']{1,512}/g,
    replace: ({groups: {start = ''}}) => `${start}${redacted}`,
  },
  {
    pattern:
      /(?<start>\b(?:mysql|mariadb|mysqldump|mysqladmin)\b[^|;]{0,128}?\s-p|\bsshpass\s{1,8}-p\s{0,8})[^\s"']{1,512}/g,
    replace: ({groups: {start = ''}}) => `${start}${redacted}`,
  },
  // the user information of a URL; with a slash in the password too, unless that is a port and a path
  {
    pattern: /(?<start>\b[a-z][a-z0-9+.-]{0,31}:\/\/)(?:[^\s/?#"'<>@]{0,2048}@){1,4}/gi,
    replace: ({groups: {start = ''}}) => `${start}${redacted}@`,
  },
  {
    pattern: /(?<start>\b[a-z][a-z0-9+.-]{0,31}:\/\/)[^\s/@:"'<>]{0,256}:(?!\d{1,5}[/?#])[^\s"'<>@]{0,1024}@/gi,
    replace: ({groups: {start = ''}}) => `${start}${redacted}@`,
  },
  {
    pattern: /(?<start>\bparse \\{0,7}"[a-z][a-z0-9+.-]{0,31}:\/\/)[^\s"]{0,1024}@/gi,
    replace: ({groups: {start = ''}}) => `${start}${redacted}@`,
  },
  {pattern: /(?<![\w.-])[\w.-]{1,64}:[^\s:@/"']{1,256}@(?=(?:tcp|unix)\()/g, replace: () => `${redacted}@`},
  // what a URL is signed with
  {
    pattern:
      /(?<start>[?&;](?:amp;)?(?:sig|sign|signature|key|auth|code|hmac|x-(?:amz|goog)-(?:signature|credential|security-token))=)[^&\s"'<>]{1,4096}/gi,
    replace: ({groups: {start = ''}}) => `${start}${redacted}`,
  },
  {
    pattern: /(?<start>\bhooks\.slack\.com\/services\/)[\w/]{1,256}/g,
    replace: ({groups: {start = ''}}) => `${start}${redacted}`,
  },
  // JSON Web Tokens; keys of clouds, forges and services by their prefixes
  {pattern: /(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g},
  {pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/g},
  {
    pattern:
      /\b(?:gh[pousr]_|github_pat_|gl(?:pat|rt|dt|cbt|ptt|soat|ft|imt|agent)-|xox[a-z]-|xapp-|AIza|ya29\.|npm_|hf_|do[opr]_v1_|SG\.|hv[sbr]\.|pypi-|dckr_(?:pat|oat)_|[spr]k_(?:live|test)_|sk-(?:ant-|proj-)?(?=[\w-]*\d))[\w.-]{16,}/g,
  },
  // long runs of base64 or hex in which letters and digits mix: keys more often than anything that explains a failure
  {
    pattern:
      /(?<![\w/+.-]|sha(?:256|384|512):|\/[\w.-]{1,128}:)(?=[a-z/+]{0,4096}\d)(?=[\d/+]{0,4096}[a-z])[a-z\d/+]{32,}={0,2}(?![\w/+.-])/gi,
    replace: ({all}) => (isPath(all) ? all : redacted),
  },
  {
    pattern: /(?<![\w/+.@:-])[\w-]{32,}={0,2}(?![\w/+.:-])/g,
    replace: ({all}) => (/[a-z]/.test(all) && /[A-Z]/.test(all) && /\d\D+\d/.test(all) ? redacted : all),
  },
]

/**
 * The text without recognisable secrets: values of names such as `password` in the forms of JSON, YAML, options, headers
 * and variables of containers, credentials in URLs, tokens and keys by their form. In doubt it removes, except in the
 * sentences that explain a failure; it cannot recognise every secret. Takes time in proportion to the length.
 *
 * Only `externalText` should call it: escapes can hide secrets from it.
 */
export function redactSecrets(text: string): string {
  return rules.reduce(redactBy, text)
}

function redactBy(text: string, {pattern, replace = () => redacted}: Rule): string {
  return text.replace(pattern, (all: string, ...rest: readonly unknown[]) => {
    const groups = rest.findLast((one) => typeof one === 'object')
    const offset = rest.find((one) => typeof one === 'number') ?? 0
    const [before, after] = [text.slice(Math.max(0, offset - nearby), offset), text.slice(offset + all.length)]
    return replace({all, before, after: after.slice(0, nearby), groups: {...(groups ?? {})}})
  })
}

/** How many characters around a pair are examined. */
const nearby = 8

function redactedPair({
  all,
  before,
  after,
  groups: {start = '', name = '', sep = '', value: found = '', q},
}: Found): string {
  const bare = q === undefined ? found.slice(0, found.length - trailing(found).length) : found
  if (pointsElsewhere.test(name) || isNothing.test(bare)) return all
  if (q === undefined && /:\s+$/.test(sep) && isProse({before, after, name, word: bare})) return all
  return `${start}${inPlaceOf(found, q)}`
}

/** In the same quotes, or with the text that followed the value. */
function inPlaceOf(found: string, q: string | undefined): string {
  return q === undefined ? `${redacted}${trailing(found)}` : `${q}${redacted}${q}`
}

/** Does a sentence continue after the colon, so that no value follows? */
function isProse({before, after, name, word}: Readonly<Record<'before' | 'after' | 'name' | 'word', string>>): boolean {
  const isInSentence =
    /[\w"',:)]\s["']?(?:get-)?$/.test(before) && /^(?:secret|token|credential|signature|authorization)s?$/i.test(name)
  // DefaultAzureCredential and similar names are parts of a library, which appear in its errors.
  const isAzure = /(?:Azure|CLI|Identity|ronment)$/.test(before) && name === 'Credential'
  if (!isInSentence && !isAzure) return goesOnAfterPassword.test(word)
  return goesOn.test(word) || (/^[A-Z][a-z]+$/.test(word) && wordFollows.test(after))
}

/** The end of a sentence, or of the structure around the pair, which is not part of a value without quotes. */
function trailing(found: string): string {
  return found.startsWith('[') ? '' : (/[\\"'`:,;.)\]}>]{1,16}$/.exec(found)?.[0] ?? '')
}

function firstWord(text: string): string {
  return text.split(' ', 1)[0] ?? ''
}

function isCredential(scheme: string, word: string): boolean {
  if (/^bearer$/i.test(scheme)) return !/^(?:tokens?|auth\w*)[.:]?$/i.test(word)
  if (/^sha\d/.test(word)) return false
  if (/^(?:token|apikey)$/i.test(scheme)) return word.length >= 16 && /\d/.test(word) && /[a-z]/i.test(word)
  return word.length >= 8 && (/[a-z]\d|\d[a-z]/i.test(word) || /[a-z][A-Z].*[a-z][A-Z]|=$/.test(word))
}

/** Base64 has slashes too, but hardly in lower case only, and seldom at its beginning. */
function isPath(text: string): boolean {
  return text.includes('/') && !text.includes('+') && (text.startsWith('/') || !/[A-Z]/.test(text))
}
