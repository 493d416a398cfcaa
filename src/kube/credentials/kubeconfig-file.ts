import {dirname, isAbsolute, join, sep} from 'node:path'
import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import {type JsonObject, objectAt, objectOf, objectsAt, sentenceAt, textAt} from '../json-fields.ts'
import {readExecConfigs} from './exec-config.ts'

/** The entries of one kubeconfig file, or of several after they were merged. Values are as the files spell them. */
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
  readonly server: string
  /** Base64 of PEM. */
  readonly caData: string
  readonly caFile: string
  readonly skipTlsVerify: boolean
  readonly tlsServerName: string
  readonly proxyUrl: string
  /** What is handed to exec plugins as `config` of the cluster, as it is. */
  readonly execConfig?: unknown
}

export interface UserEntry {
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

/** `user.exec`: the command that hands out credentials. */
export interface ExecEntry {
  readonly apiVersion: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly installHint: string
  readonly interactive: 'Never' | 'IfAvailable' | 'Always'
  readonly provideClusterInfo: boolean
}

/** `user.as` and what belongs to it. */
export interface Impersonation {
  readonly user: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/**
 * Reads the text of one kubeconfig file. Every scalar is taken as text (`as-uid: 0123` keeps its zero), unknown fields
 * are ignored, and relative paths become absolute from the folder of the file.
 *
 * @throws HubspokeError `usage` that names the file, and the line where the text is no YAML; it never quotes the text
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

async function parseYaml(text: string, file: string): Promise<JsonObject> {
  const {LineCounter, parseDocument} = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, {
    // Strings, lists, mappings and null: kubectl, too, wants text in every field that is read here.
    schema: 'failsafe',
    customTags: (tags) => [...tags, 'null'],
    merge: true,
    lineCounter: lines,
    prettyErrors: false,
  })
  const [error] = document.errors
  if (error !== undefined) throw unreadable(file, `is not valid YAML (line ${lines.linePos(error.pos[0]).line})`)
  const root = toPlain(document, file)
  if (root === null) return {}
  if (typeof root !== 'object' || Array.isArray(root)) {
    const line = lines.linePos(document.contents?.range[0] ?? 0).line
    throw unreadable(file, `is not a kubeconfig: what starts at line ${line} is no mapping`)
  }
  return objectOf(root)
}

/** Throws where aliases that hold aliases would grow without bound. */
function toPlain(document: {toJS(): unknown}, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    if (error instanceof ReferenceError) throw unreadable(file, 'has more YAML aliases than a kubeconfig needs')
    throw error
  }
}

function unreadable(file: string, why: string): HubspokeError {
  return new HubspokeError('usage', `The kubeconfig file ${printable(file)} ${why}.`, {
    suggestions: [`kubectl --kubeconfig ${printable(file)} config view`],
  })
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
    server: textAt(cluster, 'server'),
    caData: textAt(cluster, 'certificate-authority-data'),
    caFile: absolute(folder, textAt(cluster, 'certificate-authority')),
    skipTlsVerify: isTrue(textAt(cluster, 'insecure-skip-tls-verify')),
    tlsServerName: textAt(cluster, 'tls-server-name'),
    proxyUrl: textAt(cluster, 'proxy-url'),
  }
}

function toUserEntry(user: JsonObject, folder: string): UserEntry {
  const authProvider = objectAt(user, 'auth-provider')
  return {
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
