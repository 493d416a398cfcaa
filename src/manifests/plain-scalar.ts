import type {Problem} from '../shared/problem.ts'

export type Scalar = string | number | boolean | null

const words: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
])

const noNumber = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

/** Bases as the Go function `strconv.ParseInt` finds them: a leading zero alone is octal. */
const whole = /^([-+]?)(?:0[xX]([\da-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/

const fraction = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/

/**
 * The value of a text without quotes and tag, as kubectl reads it: it uses the Go package `yaml.v2`, whose rules are those of
 * YAML 1.1 without base 60 and without timestamps (`resolve.go` of that package).
 *
 * A whole number that this program cannot keep exactly is a problem, as is what JSON has no word for.
 */
export function plainScalar(text: string): Scalar | Problem {
  const word = words.get(text)
  if (word !== undefined) return word
  if (noNumber.test(text)) return {problem: 'is not a finite number, which JSON cannot express'}
  if (text.startsWith('.')) {
    // Go reads a number that begins so with another function, for which "_" has to be between digits.
    const number = text.replaceAll(/(?<=\d)_(?=\d)/g, '')
    return fraction.test(number) ? finite(number, text) : text
  }
  if (!/^[-+\d]/.test(text)) return text
  const digits = text.replaceAll('_', '')
  const [, sign = '', hex, binary, octal, decimal] = whole.exec(digits) ?? []
  if (hex !== undefined) return exact(sign, `0x${hex}`, text)
  if (binary !== undefined) return exact(sign, `0b${binary}`, text)
  if (octal !== undefined) return exact(sign, `0o${octal}`, text)
  if (decimal !== undefined) return exact(sign, decimal, text)
  return fraction.test(digits) ? finite(digits, text) : text
}

const largestUnsigned = 2n ** 64n - 1n

function exact(sign: string, digits: string, text: string): Scalar | Problem {
  const value = BigInt(digits)
  const isDecimal = /^\d+$/.test(digits)
  // Go reads a longer one as text, unless it is decimal.
  if (!isDecimal && value > (sign === '-' ? 2n ** 63n : largestUnsigned)) return text
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    return {problem: 'is a whole number with too many digits to be kept exactly; a text has to be in quotes'}
  }
  return sign === '-' ? 0 - Number(value) : Number(value)
}

/** Go leaves a number beyond the range of its type a text. */
function finite(digits: string, text: string): number | string {
  const value = Number(digits)
  return Number.isFinite(value) ? value + 0 : text
}
