import {dirname, isAbsolute, join, sep} from 'node:path'
import {printable} from '../../shared/printable.ts'
import {type JsonObject, objectAt, objectsAt, sentenceAt, textAt} from '../json-fields.ts'
import {readExecConfigs} from './exec-config.ts'
import {oddField, parseYaml, unreadable} from './kubeconfig-yaml.ts'

/** The entries of one kubeconfig file, or of several merged ones. Values are as written in the files. */
export interface KubeconfigEntries {
  readonly clusters: ReadonlyMap<string, ClusterEntry>
  readonly users: ReadonlyMap<string, UserEntry>
  readonly contexts: ReadonlyMap<string, ContextEntry>
  readonly currentContext: string | undefined
}

export interface ContextEntry {
  readonly cluster: string
  readonly user: string
  readonly namespace: string
}

export interface ClusterEntry {
  /** The field that cannot be read, as a clause that quotes no value. */
  readonly problem?: string
  readonly server: string
  /** Base64 of PEM. */
  readonly caData: string
  readonly caFile: string
  readonly skipTlsVerify: boolean
  readonly tlsServerName: string
  readonly proxyUrl: string
  /** Passed to exec plugins as `config` of the cluster, unchanged. */
  readonly execConfig?: unknown
}

export interface UserEntry {
  /** The field that cannot be read, as a clause that quotes no value. */
  readonly problem?: string
  /** Base64 of PEM. */
  readonly certData: string
  readonly certFile: string
  /** Base64 of PEM. */
  readonly keyData: string
  readonly keyFile: string
  readonly token: string
  readonly tokenFile: string
  readonly username: string
  readonly password: string
  readonly exec: ExecEntry | undefined
  readonly authProvider: JsonObject | undefined
  readonly impersonate: Impersonation | undefined
}

/** `user.exec`: the command that prints credentials. */
export interface ExecEntry {
  readonly apiVersion: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly installHint: string
  readonly interactive: 'Never' | 'IfAvailable' | 'Always'
  readonly provideClusterInfo: boolean
}

/** `user.as` and its related fields. */
export interface Impersonation {
  readonly user: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/**
 * Parses the text of one kubeconfig file. Every scalar is read as text (`as-uid: 0123` keeps its zero), unknown fields
 * are ignored, and relative paths become absolute from the folder of the file.
 *
 * @throws HubspokeError `usage` that names the file, and the line where the text is not YAML; it never quotes the text
 */
export async function parseKubeconfig(text: string, file: string): Promise<KubeconfigEntries> {
  const root = await parseYaml(text, file)
  const folder = dirname(file)
  const execConfigs = await readExecConfigs(text)
  return {
    clusters: named(root, 'clusters', file, (entry) => ({
      ...toClusterEntry(objectAt(entry, 'cluster'), folder),
      ...optional('execConfig', execConfigs.get(textAt(entry, 'name'))),
    })),
    users: named(root, 'users', file, (entry) => toUserEntry(objectAt(entry, 'user'), folder)),
    contexts: named(root, 'contexts', file, (entry) => toContextEntry(objectAt(entry, 'context'))),
    currentContext: textAt(root, 'current-context') || undefined,
  }
}

/** As kubectl merges: of entries with the same name, and of current contexts, the first one wins. */
export function mergeKubeconfigs(files: readonly KubeconfigEntries[]): KubeconfigEntries {
  return {
    clusters: firstWins(files.map(({clusters}) => clusters)),
    users: firstWins(files.map(({users}) => users)),
    contexts: firstWins(files.map(({contexts}) => contexts)),
    currentContext: files.find(({currentContext}) => currentContext !== undefined)?.currentContext,
  }
}

function firstWins<T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> {
  const merged = new Map<string, T>()
  for (const map of maps) {
    for (const [name, entry] of map) if (!merged.has(name)) merged.set(name, entry)
  }
  return merged
}

function named<T>(
  root: JsonObject,
  list: string,
  file: string,
  read: (entry: JsonObject) => T,
): ReadonlyMap<string, T> {
  const entries = new Map<string, T>()
  for (const entry of objectsAt(root, list)) {
    const name = textAt(entry, 'name')
    if (name === '') continue
    if (entries.has(name)) throw unreadable(file, `has two entries named "${printable(name)}" under ${list}`)
    entries.set(name, read(entry))
  }
  return entries
}

function toContextEntry(context: JsonObject): ContextEntry {
  return {
    cluster: textAt(context, 'cluster'),
    user: textAt(context, 'user'),
    namespace: textAt(context, 'namespace') || 'default',
  }
}

function toClusterEntry(cluster: JsonObject, folder: string): ClusterEntry {
  return {
    ...optional('problem', oddField(cluster, ['extensions'])),
    server: textAt(cluster, 'server'),
    caData: textAt(cluster, 'certificate-authority-data'),
    caFile: absolute(folder, textAt(cluster, 'certificate-authority')),
    skipTlsVerify: isTrue(textAt(cluster, 'insecure-skip-tls-verify')),
    tlsServerName: textAt(cluster, 'tls-server-name'),
    proxyUrl: textAt(cluster, 'proxy-url'),
  }
}

const userObjects = ['exec', 'auth-provider', 'as-groups', 'as-user-extra', 'extensions']

function toUserEntry(user: JsonObject, folder: string): UserEntry {
  const authProvider = objectAt(user, 'auth-provider')
  return {
    ...optional('problem', oddField(user, userObjects) ?? oddField(objectAt(user, 'exec'), ['args', 'env'])),
    certData: textAt(user, 'client-certificate-data'),
    certFile: absolute(folder, textAt(user, 'client-certificate')),
    keyData: textAt(user, 'client-key-data'),
    keyFile: absolute(folder, textAt(user, 'client-key')),
    token: textAt(user, 'token'),
    tokenFile: absolute(folder, textAt(user, 'tokenFile')),
    username: textAt(user, 'username'),
    password: textAt(user, 'password'),
    exec: toExecEntry(objectAt(user, 'exec'), folder),
    authProvider: textAt(authProvider, 'name') === '' ? undefined : authProvider,
    impersonate: toImpersonation(user),
  }
}

function toExecEntry(exec: JsonObject, folder: string): ExecEntry | undefined {
  const command = textAt(exec, 'command')
  if (command === '') return undefined
  const mode = textAt(exec, 'interactiveMode')
  return {
    apiVersion: textAt(exec, 'apiVersion') || 'client.authentication.k8s.io/v1',
    // A bare name is looked up in PATH; anything with a separator is a path (client-go, GetAuthInfoFileReferences).
    command: command.includes(sep) ? absolute(folder, command) : command,
    args: texts(exec.args),
    env: Object.fromEntries(objectsAt(exec, 'env').map((pair) => [textAt(pair, 'name'), textAt(pair, 'value')])),
    installHint: sentenceAt(exec, 'installHint'),
    interactive: mode === 'Never' || mode === 'Always' ? mode : 'IfAvailable',
    provideClusterInfo: isTrue(textAt(exec, 'provideClusterInfo')),
  }
}

function toImpersonation(user: JsonObject): Impersonation | undefined {
  const impersonation = {
    user: textAt(user, 'as'),
    uid: textAt(user, 'as-uid'),
    groups: texts(user['as-groups']),
    extra: Object.fromEntries(
      Object.entries(objectAt(user, 'as-user-extra')).map(([key, values]) => [key, texts(values)]),
    ),
  }
  const {user: name, uid, groups, extra} = impersonation
  return name === '' && uid === '' && groups.length === 0 && Object.keys(extra).length === 0 ? undefined : impersonation
}

function texts(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : []
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({[key]: value} as Record<Key, Value>)
}

function isTrue(text: string): boolean {
  return text.toLowerCase() === 'true'
}

function absolute(folder: string, path: string): string {
  return path === '' || isAbsolute(path) ? path : join(folder, path)
}
