import {Flags} from '@oclif/core'
import {HubspokeError} from '../../model/failure.ts'
import {isNamespaceName} from '../../shared/kubernetes-name.ts'
import {severalValues} from './flag-types.ts'

/**
 * `-n` for permissions: a Role belongs to one namespace, so patterns are not supported. Not taken from the
 * environment, where patterns may stand for other commands.
 */
export const namespacesFlag = Flags.string({
  char: 'n',
  summary: 'Namespaces of the workloads, by name. Default: all. May be repeated.',
  helpValue: 'NAME',
  ...severalValues,
  helpGroup: 'WORKLOADS',
})

/** @throws HubspokeError of class `usage` for what is no name of a namespace */
export function plainNamespaces(names: readonly string[] = []): readonly string[] {
  for (const name of names) {
    if (!isNamespaceName(name)) {
      throw new HubspokeError('usage', `-n takes namespace names here, not patterns: "${name}" is not a name.`)
    }
  }
  return [...new Set(names)]
}
