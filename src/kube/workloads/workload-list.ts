import {HubspokeError} from '../../model/failure.ts'
import type {ListedWorkload, WorkloadKind} from '../../model/workload.ts'
import type {Api} from '../api.ts'
import {objectAt, objectsAt, textAt} from '../json-fields.ts'
import type {ListRequest, WorkloadPage} from '../ports/workloads.ts'
import {podReplacement} from './pod-replacement.ts'
import {workloadOwner} from './workload-owner.ts'
import {collectionPath} from './workload-paths.ts'
import {toWorkloadImages} from './workload-state.ts'

const pageSize = '500'

/** A list that is restarted so often never ends: its tokens expire faster than its pages are read. */
const maxRestarts = 5

/**
 * Pages of a kind as `Workloads.list` promises them. No `resourceVersion` is sent, so the first page is consistent and
 * the others are of the same version.
 */
export async function* listWorkloads(
  api: Api,
  kind: WorkloadKind,
  {namespace, selector, traits}: ListRequest,
  signal: AbortSignal,
): AsyncIterable<WorkloadPage & {readonly restarted?: boolean}> {
  let token = ''
  let restarts = 0
  let restarted = false
  do {
    const query = {limit: pageSize, labelSelector: selector, continue: token || undefined}
    let list: unknown
    try {
      list = await api.get(collectionPath(kind, namespace, query), signal)
    } catch (error) {
      if (token === '' || !isExpired(error) || ++restarts > maxRestarts) throw error
      // The inconsistent token that the answer offers would lose changes to earlier pages.
      token = ''
      restarted = true
      continue
    }
    const metadata = objectAt(list, 'metadata')
    yield {
      workloads: objectsAt(list, 'items').map((item) => toListed(kind, item, traits === true)),
      resourceVersion: textAt(metadata, 'resourceVersion'),
      ...(restarted ? {restarted} : {}),
    }
    restarted = false
    token = textAt(metadata, 'continue')
  } while (token !== '' || restarted)
}

function toListed(kind: WorkloadKind, item: unknown, withTraits: boolean): ListedWorkload {
  const images = toWorkloadImages(kind, item)
  if (!withTraits) return images
  const traits = {owner: workloadOwner(kind, item) ?? null, replacement: podReplacement(kind, item)}
  return {...images, traits}
}

/** The page token, or the resource version, is older than what the server still remembers. */
export function isExpired(error: unknown): boolean {
  return error instanceof HubspokeError && error.status === 410
}
