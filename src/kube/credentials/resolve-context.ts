import type {ContextRef} from '../../model/cluster.ts'
import {type FailureClass, HubspokeError} from '../../model/failure.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {kubeconfigOf} from '../../shared/suggested-command.ts'
import {goOnWithout, quoted} from '../errors.ts'
import type {ResolvedContext} from './credentials.ts'
import {type KubeconfigEntries, mergeKubeconfigs, parseKubeconfig} from './kubeconfig-file.ts'
import {readInCluster, readKubeconfigFiles, type SourceRequest} from './kubeconfig-sources.ts'

export interface EntriesRequest extends SourceRequest {
  /** The folder of a pod's credentials; only tests have another one than `/var/run/secrets/…`. */
  readonly serviceAccountFolder?: string
}

export interface ReadEntries {
  readonly entries: KubeconfigEntries
  /** The files that were read, for messages. */
  readonly sources: readonly string[]
  readonly isInCluster: boolean
}

/**
 * The merged entries of all files that kubectl would read; those of the pod in which this process runs if there is no file;
 * undefined where there is neither.
 *
 * @throws HubspokeError `usage` when a file is broken
 */
export async function readEntries(request: EntriesRequest): Promise<ReadEntries | undefined> {
  const files = await readKubeconfigFiles(request)
  if (files.length > 0) {
    const parsed = await Promise.all(files.map(({text, path}) => parseKubeconfig(text, path)))
    return {entries: mergeKubeconfigs(parsed), sources: files.map(({path}) => path), isInCluster: false}
  }
  const inCluster = await readInCluster(request.env, request.serviceAccountFolder)
  return inCluster && {entries: inCluster, sources: ['the service account of this pod'], isInCluster: true}
}

/**
 * A context with the entries that it names, or why it cannot be used: that is a failure of this context alone, so never
 * of class `usage`.
 */
export function resolveContext(
  entries: KubeconfigEntries,
  {name, server}: ContextRef,
): ResolvedContext | HubspokeError {
  const entry = entries.contexts.get(name)
  const cluster = entries.clusters.get(entry?.cluster ?? '')
  if (entry === undefined || cluster === undefined) {
    const why = `names the cluster ${quoted(entry?.cluster ?? '')}, which the kubeconfig does not have`
    return unusable('unreachable', name, why)
  }
  if (cluster.problem !== undefined) {
    return unusable('unreachable', name, `has a cluster that cannot be read: ${cluster.problem}`)
  }
  const user = entries.users.get(entry.user)
  if (user?.problem !== undefined) {
    return unusable('unauthenticated', name, `has a user that cannot be read: ${user.problem}`)
  }
  if (entry.user !== '' && user === undefined) {
    const why = `names the user ${quoted(entry.user)}, which the kubeconfig does not have`
    return unusable('unauthenticated', name, why)
  }
  if (!/^https?:$/.test(URL.parse(server)?.protocol ?? '')) {
    return unusable('unreachable', name, `has no server that can be reached: ${quoted(server)} is not a URL`)
  }
  return {name, cluster, userName: entry.user, user}
}

/** The problem of an entry of the kubeconfig; a retry cannot fix it. */
export function unusable(failureClass: FailureClass, name: string, why: string): HubspokeError {
  return new HubspokeError(failureClass, `The context ${quoted(name)} ${why}.`, {
    refused: true,
    final: true,
    suggestions: [kubeconfigOf(shellWord(name)), goOnWithout(shellWord(name))],
  })
}
