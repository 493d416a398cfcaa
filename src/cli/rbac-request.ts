import {HubspokeError} from '../model/failure.ts'
import {type PermittedVerb, permittedVerbs} from '../model/permission.ts'
import {needsOf} from '../model/permissions.ts'
import {type RbacRequest, type RbacSubject, rbacGroup} from '../model/rbac.ts'
import {isNamespaceName, isObjectName} from '../shared/kubernetes-name.ts'
import {nearNames} from '../shared/near-names.ts'
import {printable} from '../shared/printable.ts'
import {plainNamespaces} from './flags/permission-flags.ts'

export interface RbacFlags {
  readonly namespace?: readonly string[] | undefined
  readonly 'cache-namespace': string
  readonly 'service-account'?: readonly string[] | undefined
  readonly user?: readonly string[] | undefined
  readonly group?: readonly string[] | undefined
  readonly name?: string | undefined
  readonly namespaced: boolean
  readonly essential: boolean
}

/** @throws HubspokeError of class `usage` */
export function rbacRequest(words: readonly string[], flags: RbacFlags): RbacRequest {
  const verbs = verbsIn(words)
  const request = {
    name: flags.name ?? ['hubspoke', ...verbs.map(typedAs)].join('-'),
    verbs,
    namespaces: plainNamespaces(flags.namespace),
    cacheNamespace: flags['cache-namespace'],
    subjects: subjectsOf(flags),
    namespacedOnly: flags.namespaced,
    essentialOnly: flags.essential,
  }
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(request.name))
    throw usage(`"${request.name}" is not a valid role name.`)
  refuseBeyond(request)
  return request
}

/** `cache-refresh`, as a word of the command line. */
const typedAs = (verb: PermittedVerb) => verb.replaceAll(' ', '-')

/** Every command whose permissions are known, as it is typed here. */
export const permittedWords: readonly string[] = permittedVerbs.map(typedAs)

/** The verbs in the order of the table, each once. */
function verbsIn(words: readonly string[]): readonly PermittedVerb[] {
  const asked = new Set(words.map((word) => word.trim().replaceAll(/[-\s]+/g, '-')))
  const unknown = [...asked].filter((word) => !permittedVerbs.some((verb) => typedAs(verb) === word))
  if (unknown.length > 0) {
    const near = unknown.flatMap((word) => nearNames(word, permittedWords))
    throw new HubspokeError(
      'usage',
      `"${unknown[0]}" is not a command with known permissions: choose among ${permittedWords.join(', ')}.`,
      {suggestions: near.map((verb) => `hubspoke rbac ${verb}`)},
    )
  }
  return permittedVerbs.filter((verb) => asked.has(typedAs(verb)))
}

function subjectsOf(flags: RbacFlags): readonly RbacSubject[] {
  const named = (kind: 'User' | 'Group', names: readonly string[] = []) =>
    names.map((name): RbacSubject => ({kind, name: safe(name), apiGroup: rbacGroup}))
  const accounts = (flags['service-account'] ?? []).map((text): RbacSubject => {
    const [namespace = '', name = '', ...rest] = text.split('/')
    if (rest.length > 0 || !isNamespaceName(namespace) || !isObjectName(name)) {
      throw usage(`"${text}" is not a service account: use NAMESPACE/NAME.`)
    }
    return {kind: 'ServiceAccount', name, namespace}
  })
  return [...accounts, ...named('User', flags.user), ...named('Group', flags.group)]
}

/** @throws HubspokeError where a name could do more to a terminal than be read */
function safe(name: string): string {
  if (name === '' || printable(name) !== name) throw usage('A user or a group has no name that can be printed.')
  return name
}

/** @throws HubspokeError where a verb looks at every namespace, whatever is named */
function refuseBeyond(request: RbacRequest): void {
  if (request.namespaces.length === 0) {
    if (request.namespacedOnly) throw usage('--namespaced needs the namespaces: -n NAME.')
    return
  }
  const beyond = request.verbs.filter((verb) => needsOf(verb, request).some((need) => need.beyond))
  if (beyond.length === 0) return
  throw new HubspokeError('usage', `"${beyond.join('", "')}" needs every namespace, so that -n cannot limit it.`, {
    suggestions: [`hubspoke rbac ${beyond.map(typedAs).join(' ')}  without -n, as roles of their own`],
  })
}

function usage(message: string): HubspokeError {
  return new HubspokeError('usage', message)
}
