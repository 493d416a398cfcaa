import {kubeSystemExclusion} from '../../model/exclusion.ts'
import {HubspokeError} from '../../model/failure.ts'
import {quoted} from '../../shared/problem.ts'
import {chooseNamespaces, filterNamespaces} from '../select/select-namespaces.ts'
import type {NamedTarget, NamedTargets} from './named-target.ts'

/** Why a target of the file is not acted on, and what includes it. */
export interface LeftOut {
  readonly target: NamedTarget
  readonly reason: string
  readonly include: string
}

/** The targets of a file that are looked at, and the others. */
export interface Part {
  readonly targets: readonly NamedTarget[]
  readonly leftOut: readonly LeftOut[]
}

/** `-c` was given, and a target is in none of these contexts. */
export const contextExclusion = {
  reason: 'in contexts that -c or -g does not select',
  include: 'a run without -c and -g',
} as const

/** Without a UID, a retry could not tell it from another workload: it is no result that can be retried. */
export const unreadExclusion = {
  reason: 'that could not be read and have no UID in the file',
  include: 'another run with the same file',
} as const

const namespaceExclusion = {reason: 'in namespaces that -n does not select', include: 'a run without -n'} as const
const kindExclusion = {reason: 'of kinds that --kind does not select', include: 'a run without --kind'} as const

/**
 * The part of the file that `-c`, `-n` and `--kind` select, without workloads of `kube-system`, unless that namespace is
 * named. No cluster is needed for it.
 *
 * @throws HubspokeError of class `usage` for a pattern of `-n` that no target of the file matches
 */
export function choosePart(request: NamedTargets): Part {
  const {targets, contexts, known, kinds, namespaces} = request
  const filter = filterNamespaces(chooseNamespaces(namespaces))
  const selected = new Set(contexts.map(({name}) => name))
  const whyNot = (target: NamedTarget): Omit<LeftOut, 'target'> | undefined => {
    const {context, namespace, kind} = target
    const isInNamespace = filter.admits(namespace)
    if (!selected.has(context) && known.has(context)) return contextExclusion
    if (!isInNamespace) return namespaceExclusion
    if (!kinds.includes(kind)) return kindExclusion
    return namespace === 'kube-system' && !namespaces.includes('kube-system') ? kubeSystemExclusion : undefined
  }
  const judged = targets.map((target) => ({target, why: whyNot(target)}))
  refuseUnmatched(request, filter.patternsSeen)
  return {
    targets: judged.flatMap(({target, why}) => (why === undefined ? [target] : [])),
    leftOut: judged.flatMap(({target, why}) => (why === undefined ? [] : [{target, ...why}])),
  }
}

function refuseUnmatched({namespaces, targets, file}: NamedTargets, seen: ReadonlySet<string>): void {
  const unmatched = [...new Set(namespaces)].filter((pattern) => !seen.has(pattern))
  if (unmatched.length === 0 || targets.length === 0) return
  throw new HubspokeError(
    'usage',
    `No target of ${file} is in a namespace that matches ${unmatched.map(quoted).join(', ')}. Nothing was written.`,
    {suggestions: [...new Set(targets.map(({namespace}) => namespace))].slice(0, 10).map((name) => `-n ${name}`)},
  )
}
