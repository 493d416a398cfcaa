/** One problem at one place, with its sentence. */
export interface Trouble {
  /** The place: the name of a target or a context. */
  readonly name: string
  /** The failure class; empty if it is not a failure. */
  readonly class: string
  readonly message: string
  /** An additional note, e.g. the duration. */
  readonly note: string
  /** More sentences about this place alone. Default: none. */
  readonly details?: readonly string[]
  readonly suggestions: readonly string[]
}

/** Troubles of one class whose sentences differ in names and numbers only, in the order given. */
export interface TroubleGroup {
  readonly class: string
  readonly troubles: readonly [Trouble, ...Trouble[]]
}

/**
 * Groups by failure class and shape of the sentence, the largest group first: a thousand targets behind one broken
 * registry are one entry to read.
 */
export function groupTroubles(troubles: readonly Trouble[]): readonly TroubleGroup[] {
  const groups = new Map<string, {class: string; troubles: [Trouble, ...Trouble[]]}>()
  for (const trouble of troubles) {
    const key = `${trouble.class} ${sentenceShape(trouble)}`
    const group = groups.get(key)
    if (group) group.troubles.push(trouble)
    else groups.set(key, {class: trouble.class, troubles: [trouble]})
  }
  return [...groups.values()].sort((a, b) => b.troubles.length - a.troubles.length)
}

/**
 * The sentence without what differs from place to place: the parts of the place's own name, quoted text,
 * addresses, and words with a digit (pods, ports, counts). A single capitalised word in quotes stays: Kubernetes writes
 * its reasons so (`"ImagePullBackOff"`), and they tell one failure from another.
 */
export function sentenceShape({name, message}: Pick<Trouble, 'name' | 'message'>): string {
  const own = new Set(name.split('/'))
  return message
    .replace(/"([^"]*)"/g, (quoted, inside: string) => (/^[A-Z][A-Za-z]+$/.test(inside) ? quoted : '"…"'))
    .split(/\s+/)
    .map((word) => (/\d|:\/\//.test(word) || word.split(/[/(),.;:]+/).some((part) => own.has(part)) ? '…' : word))
    .join(' ')
}
