import type {ProtectionKind} from '../../model/plan-view.ts'
import {printable} from '../../shared/printable.ts'
import type {Item, YamlReader} from '../../yaml/yaml-reader.ts'
import {type Protection, protectionKinds, wrongConfig} from './config-file.ts'

/**
 * The protections of a config file: `protected`, and its short form `protectedContexts`. An entry that would protect nothing
 * because of a mistake is refused: a safety setting must not be lost silently.
 *
 * @throws HubspokeError of class `usage` that names the file, the key and the line
 */
export function readProtections(
  read: YamlReader,
  path: string,
  {list, contexts}: {readonly list: Item | undefined; readonly contexts: Item | undefined},
): readonly Protection[] {
  const named = contexts === undefined ? [] : read.entries(contexts, 'names or patterns')
  const short = named.map((item) => {
    const {key, line} = contexts ?? item
    const text = read.text(item)
    if (text === undefined) throw wrongConfig(path, {key, line}, 'must be a list of names or patterns')
    return toProtection('context', text, {path, key, line: item.line})
  })
  const long = list === undefined ? [] : read.entries(list, 'mappings, as "- context: PATTERN"')
  return [...long.map((item) => readEntry(read, item, path)), ...short]
}

function readEntry(read: YamlReader, item: Item, path: string): Protection {
  if (!read.isMapping(item)) {
    const text = read.text(item) ?? 'PATTERN'
    const suggestions = protectionKinds.map((kind) => `- ${kind}: ${printable(text)}`)
    throw wrongConfig(path, item, `must say what is protected: ${protectionKinds.join(', ')}`, suggestions)
  }
  const parts = read.items(item)
  const unknown = parts.find(({name}) => !isKind(name))
  if (unknown !== undefined) {
    const suggestions = protectionKinds.map((kind) => `${kind}:`)
    throw wrongConfig(path, unknown, 'cannot be protected', suggestions)
  }
  const [part, ...more] = parts
  if (part === undefined || more.length > 0) {
    throw wrongConfig(path, item, `must have one of ${protectionKinds.join(', ')}, and an entry of its own for each`)
  }
  const text = read.text(part)
  if (text === undefined) throw wrongConfig(path, part, 'must be a single name or pattern')
  return toProtection(part.name as ProtectionKind, text, {path, key: part.key, line: part.line})
}

function isKind(name: string): name is ProtectionKind {
  return protectionKinds.some((kind) => kind === name)
}

function toProtection(kind: ProtectionKind, pattern: string, place: Pick<Protection, 'path' | 'key' | 'line'>) {
  const wrong = (why: string) => wrongConfig(place.path, place, `${why}, and so would protect nothing`)
  if (pattern.trim() === '') throw wrong('has an empty entry')
  if (pattern !== pattern.trim()) throw wrong(`has the entry "${printable(pattern)}", with spaces around it`)
  if (printable(pattern) !== pattern) throw wrong(`has the entry "${printable(pattern)}", with invisible characters`)
  if (pattern.startsWith('!')) throw wrong(`has the entry "${pattern}": "!" cannot exclude anything from protection`)
  if (kind === 'clusterUid' && /[*?\s]/.test(pattern))
    throw wrong(`has the entry "${pattern}", and a UID is not a pattern`)
  return {kind, pattern, ...place}
}
