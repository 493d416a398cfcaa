/** What parts of a context's name are separated by: `arn:aws:…:cluster/prod-eu`, `gke_project_zone_prod`, `admin@prod`. */
const isSeparator = (char: string | undefined): boolean => char !== undefined && '/:_@\\| '.includes(char)

/** A name up to this length is shown as it is, also where there is little room. */
const shortEnough = 24
/** A suffix that is longer does not help. */
const longestSuffix = 32
const tail = 12
const heads = {shortest: 8, longest: 24}

/**
 * How long names of contexts are shown where there is little room: by the shortest part at their end that no other name
 * ends with (`…/prod-eu`), else by their beginning and their end where those tell them apart, else whole. Names of up to
 * 24 characters are not in the answer, nor is what cannot be shortened.
 *
 * @param names all that may stand beside each other, or be meant
 */
export function shortContextNames(names: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...new Set(names)]
  const suffixes = countOf(all.flatMap((name) => [...suffixesOf(name)]))
  const short = new Map<string, string>()
  for (const name of all.filter(({length}) => length > shortEnough)) {
    const unique = suffixesOf(name).find((suffix) => suffixes.get(suffix) === 1)
    const shown = unique !== undefined && unique.length <= longestSuffix ? `…${unique}` : headAndTail(name, all)
    if (shown !== undefined) short.set(name, shown)
  }
  return short
}

/** What was typed for the name of a context. */
export type TypedContext = {readonly name: string} | {readonly problem: 'unknown' | 'ambiguous'}

/**
 * The context of a typed name: the one of that name, else the only one whose name ends with what was typed, from one of its
 * parts on (`prod-eu`, `/prod-eu` or `…/prod-eu`, never `eu`). One that several names end with is none.
 */
export function contextBySuffix(typed: string, names: Iterable<string>): TypedContext {
  const all = [...new Set(names)]
  const wanted = typed.trim()
  if (all.includes(wanted)) return {name: wanted}
  const suffix = wanted.replace(/^…/, '')
  const meant = all.filter((name) => endsWithPart(name, suffix))
  const [name] = meant
  if (name === undefined) return {problem: 'unknown'}
  return meant.length === 1 ? {name} : {problem: 'ambiguous'}
}

function endsWithPart(name: string, suffix: string): boolean {
  if (suffix.length < 2 || !name.endsWith(suffix)) return false
  return isSeparator(suffix[0]) || isSeparator(name.at(-suffix.length - 1))
}

/** From each separator on, the shortest first. */
function suffixesOf(name: string): readonly string[] {
  const starts = [...name].length === name.length ? name.split('') : [...name]
  let at = 0
  const suffixes: string[] = []
  for (const char of starts) {
    if (at > 0 && isSeparator(char) && at < name.length - 1) suffixes.unshift(name.slice(at))
    at += char.length
  }
  return suffixes
}

function headAndTail(name: string, all: readonly string[]): string | undefined {
  const chars = [...name]
  const end = chars.slice(-tail).join('')
  const others = all.filter((other) => other !== name && other.endsWith(end))
  for (let length = heads.shortest; length <= heads.longest; length++) {
    const head = chars.slice(0, length).join('')
    if (length + tail + 1 >= chars.length) return undefined
    if (!others.some((other) => other.startsWith(head))) return `${head}…${end}`
  }
  return undefined
}

function countOf(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
