import type {CheckEntry, ProtectionEntry} from '../model/check-report.ts'
import {contextIn, type ViewOptions} from './view-options.ts'
import {someOf} from './words.ts'
import {wrapText} from './wrap-text.ts'

const namesShown = 5

/** Why clusters are protected, what protects nothing, and where there can be no lock: once for each reason. */
export function protectionLines(
  contexts: readonly CheckEntry[],
  unmatched: readonly ProtectionEntry[],
  options: ViewOptions,
): readonly string[] {
  const {printable, width, wide} = options
  const shown = (entries: readonly CheckEntry[]) => {
    const names = entries.map(({context}) => contextIn(options)(context))
    return someOf(names, wide || width === undefined ? names.length : namesShown)
  }
  const isProtected = contexts.filter((entry) => entry.protected !== null)
  const protection = [...Map.groupBy(isProtected, (entry) => entry.protected?.reason)].map(
    ([reason = '', entries]) => `${shown(entries)}: ${reason}.`,
  )
  // What is forbidden stands among the permissions.
  const without = contexts.filter(
    ({lock}) => lock !== null && !['available', 'forbidden', 'expired'].includes(lock.state),
  )
  const locks = [...Map.groupBy(without, ({lock}) => `${lock?.state === 'held' ? 'held by ' : ''}${lock?.reason}`)].map(
    ([reason, entries]) => `${shown(entries)}: ${reason.replace(/\.$/, '')}.`,
  )
  const isExpired = contexts.filter(({lock}) => lock?.state === 'expired')
  const expired = isExpired.map((entry) => `${shown([entry])}: ${entry.lock?.reason}.`)
  const inVain = unmatched.map(
    ({pattern, file, line}) => `"${pattern}" in ${file} (line ${line}): no context of the kubeconfig matches it.`,
  )
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [title, ...lines.flatMap((line) => wrapText(printable(line), width, '  ')), '']
  return [
    ...section('Protected, written only when confirmed by name:', protection),
    ...section('Protects nothing:', inVain),
    ...section('Lock not available:', locks),
    ...section('Lock expired, the next run takes it over:', expired),
  ]
}
