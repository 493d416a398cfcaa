import {quoted} from '../../../shared/problem.ts'
import {kindOf, type PlacedTarget, wrongName, wrongTargets} from './wrong-targets.ts'

/**
 * The lines of `-o name`, `namespace/Kind/name/context`. Empty lines, and lines that begin with `#`, are skipped.
 *
 * @throws HubspokeError of class `usage` that names the line
 */
export function parseNameLines(text: string, file: string): readonly PlacedTarget[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.replace(/\r$/, '')
    if (line.trim() === '' || line.startsWith('#')) return []
    return [targetOfLine(line, index + 1, file)]
  })
}

function targetOfLine(line: string, number: number, file: string): PlacedTarget {
  const at = `line ${number}`
  // The context is last: only it may contain a slash.
  const [, namespace = '', kindText = '', name = '', context = ''] =
    /^([^/]*)\/([^/]*)\/([^/]*)\/(.*)$/.exec(line) ?? []
  const kind = kindOf(kindText)
  if (context === '') throw wrongTargets(file, {at, why: `${quoted(line)} is not NAMESPACE/KIND/NAME/CONTEXT`})
  const wrong = wrongName({context, kind: kindText, namespace, name})
  if (wrong !== undefined || kind === undefined) throw wrongTargets(file, {at, why: wrong?.why ?? 'it has no kind'})
  return {target: {context, kind, namespace, name, clusterUid: undefined, uid: undefined}, at: () => at}
}
