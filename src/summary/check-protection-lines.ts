import type {CheckEntry, ProtectionEntry} from '../model/check-report.ts'
import {contextIn, namesIn, type ViewOptions} from './view-options.ts'
import {sectionLines} from './wrap-text.ts'

/** Why clusters are protected, entries that protect nothing, and clusters without a possible lock: once for each reason. */
export function protectionLines(
  contexts: readonly CheckEntry[],
  unmatched: readonly ProtectionEntry[],
  options: ViewOptions,
): readonly string[] {
  const shown = (entries: readonly CheckEntry[]) =>
    namesIn(
      options,
      entries.map(({context}) => contextIn(options)(context)),
    )
  const isProtected = contexts.filter((entry) => entry.protected !== null)
  const protection = [...Map.groupBy(isProtected, (entry) => entry.protected?.reason)].map(
    ([reason = '', entries]) => `${shown(entries)}: ${reason}.`,
  )
  // A forbidden lock is listed among the permissions.
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
  return [
    ...sectionLines('Protected, written only when confirmed by name:', protection, options),
    ...sectionLines('Protects nothing:', inVain, options),
    ...sectionLines('Lock not available:', locks, options),
    ...sectionLines('Lock expired, the next run takes it over:', expired, options),
  ]
}
