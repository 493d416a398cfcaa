import type {NamedTarget} from '../../../discovery/from-file/named-target.ts'
import {HubspokeError} from '../../../model/failure.ts'
import {countOf} from '../../../shared/words.ts'
import {parseNameLines} from './parse-name-lines.ts'
import {readDocument} from './read-document.ts'
import {targetsOfDocument} from './targets-of-document.ts'
import type {PlacedTarget} from './wrong-targets.ts'

/** As many as one run has been measured with. */
const mostTargets = 10_000

/**
 * The targets that a text names: the document of `find`, of a writing verb or of `runs show`, as JSON or YAML, or the lines
 * of `-o name`.
 *
 * @param file how sentences name the text
 * @throws HubspokeError of class `usage` that names the file, and line and column of what is wrong
 */
export function parseTargets(text: string, file: string): readonly NamedTarget[] {
  if (text.trim() === '') {
    throw new HubspokeError('usage', `There is nothing in ${file}: the command that was to write it may have failed.`)
  }
  const placed = isNameLines(text) ? parseNameLines(text, file) : targetsOfDocument(readDocument(text, file))
  if (placed.length > mostTargets) {
    throw new HubspokeError(
      'usage',
      `There are ${countOf(placed.length, 'target')} in ${file}; at most ${mostTargets} are possible.`,
    )
  }
  refuseDuplicates(placed, file)
  return placed.map(({target}) => target)
}

/** The first line with content is no beginning of a JSON or YAML document. */
function isNameLines(text: string): boolean {
  const first = text.split('\n', 1_000).find((line) => line.trim() !== '' && !line.startsWith('#')) ?? ''
  return !/^\s*[[{"'&!%-]/.test(first) && /^[^:\s]*\//.test(first)
}

/** Of two entries one is a mistake, and which one is not known. */
function refuseDuplicates(placed: readonly PlacedTarget[], file: string): void {
  const seen = new Map<string, PlacedTarget>()
  for (const one of placed) {
    const {context, clusterUid, kind, namespace, name} = one.target
    const key = JSON.stringify([clusterUid ?? `context ${context}`, kind, namespace, name])
    const first = seen.get(key)
    if (first !== undefined) {
      throw new HubspokeError(
        'usage',
        `${context}/${namespace}/${kind}/${name} is twice in ${file} (${first.at()} and ${one.at()}).`,
      )
    }
    seen.set(key, one)
  }
}
