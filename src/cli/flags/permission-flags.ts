import {Flags} from '@oclif/core'
import {HubspokeError} from '../../model/failure.ts'

/**
 * `-n` where permissions are spoken of: a Role is of one namespace, so that a pattern would mean nothing. Not taken from the
 * environment, where patterns may stand for other commands.
 */
export const namespacesFlag = Flags.string({
  char: 'n',
  summary: 'Namespaces of the workloads, by name; else all. May be repeated.',
  helpValue: 'NAME',
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
  helpGroup: 'WORKLOADS',
})

/** @throws HubspokeError of class `usage` for what is no name of a namespace */
export function plainNamespaces(names: readonly string[] = []): readonly string[] {
  for (const name of names) {
    if (!isNamespace(name)) {
      throw new HubspokeError('usage', `-n takes namespace names here, not patterns: "${name}" is not a name.`)
    }
  }
  return [...new Set(names)]
}

/** RFC 1123 labels (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/). */
export function isNamespace(name: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)
}
