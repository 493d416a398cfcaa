import type {NamedTarget} from '../../../discovery/from-file/named-target.ts'
import {HubspokeError} from '../../../model/failure.ts'
import {type WorkloadKind, workloadKinds} from '../../../model/workload.ts'
import {isNamespaceName, isObjectName} from '../../../shared/kubernetes-name.ts'
import {quoted} from '../../../shared/problem.ts'

/** A target, and where it is in its file. */
export interface PlacedTarget {
  readonly target: NamedTarget
  /** `line 3`, `line 3, column 5`. */
  at(): string
}

/** Longer than any name that a kubeconfig of a cloud has. */
const longestContext = 1_024

/** The names of a target as a file has them. */
export interface NamesInFile {
  readonly context: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** The part of a target that is wrong, and what it must be. */
export interface WrongName {
  readonly key: keyof NamesInFile
  readonly why: string
}

/** What is wrong with the names of a target: no server has a workload of such a name. Undefined: nothing. */
export function wrongName({context, kind, namespace, name}: NamesInFile): WrongName | undefined {
  const isNot = (value: string, what: string) => `${quoted(value)} is not ${what}`
  if (!isNamespaceName(namespace)) return {key: 'namespace', why: isNot(namespace, 'a name of a Kubernetes namespace')}
  if (kindOf(kind) === undefined) return {key: 'kind', why: isNot(kind, `one of ${workloadKinds.join(', ')}`)}
  if (!isObjectName(name)) return {key: 'name', why: isNot(name, 'a name of a Kubernetes object')}
  if (context === '' || context.length > longestContext) return {key: 'context', why: isNot(context, 'a context')}
  return undefined
}

export function kindOf(text: string): WorkloadKind | undefined {
  return workloadKinds.find((kind) => kind === text)
}

/** The error about one place of the file. */
export function wrongTargets(
  file: string,
  {at, why}: {readonly at: string; readonly why: string},
  suggestions: readonly string[] = [],
): HubspokeError {
  return new HubspokeError('usage', `The targets in ${file} cannot be used (${at}): ${why}. Nothing was written.`, {
    suggestions,
  })
}
