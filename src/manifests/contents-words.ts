import {countOf} from '../shared/words.ts'
import type {Manifest} from './manifest.ts'

const first = ['Namespace', 'CustomResourceDefinition']
const mostKinds = 4

/**
 * `214 objects: 2 Namespaces, 1 CustomResourceDefinition, 200 ConfigMaps, 11 of other kinds`: at most four kinds, Namespaces
 * and CustomResourceDefinitions first, then the most frequent ones.
 */
export function contentsWords(manifests: readonly Manifest[]): string {
  const counts = [...Map.groupBy(manifests, ({kind}) => kind)].map(([kind, {length}]) => ({kind, count: length}))
  const rankOf = (kind: string) => (first.includes(kind) ? first.indexOf(kind) : first.length)
  counts.sort((a, b) => rankOf(a.kind) - rankOf(b.kind) || b.count - a.count || (a.kind < b.kind ? -1 : 1))
  const shown = counts.slice(0, mostKinds)
  const others = counts.slice(mostKinds).reduce((sum, {count}) => sum + count, 0)
  const words = shown.map(({kind, count}) => countOf(count, kind, pluralOf(kind)))
  if (others > 0) words.push(`${others} of other kinds`)
  const all = countOf(manifests.length, 'object')
  return words.length === 0 ? all : `${all}: ${words.join(', ')}`
}

function pluralOf(kind: string): string {
  if (kind === 'Endpoints') return kind
  if (/(?:s|x|ch|sh)$/.test(kind)) return `${kind}es`
  return /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`
}
