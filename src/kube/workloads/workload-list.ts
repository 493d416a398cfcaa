import {HubspokeError} from '../../model/failure.ts'
import type {ListedWorkload, WorkloadIdentity, WorkloadKind} from '../../model/workload.ts'
import {onePage, type Page} from '../answers/list-question.ts'
import {oneObject} from '../answers/object-question.ts'
import {checkPages} from '../answers/page-check.ts'
import {unlessMissing} from '../answers/unless-missing.ts'
import type {Api} from '../api.ts'
import {unexpectedAnswer} from '../errors.ts'
import type {ListRequest, WorkloadPage} from '../ports/workloads.ts'
import {podReplacement} from './pod-replacement.ts'
import {workloadObstacles} from './workload-obstacles.ts'
import {workloadOwners} from './workload-owner.ts'
import {workloadResources} from './workload-resources.ts'
import {toWorkloadImages} from './workload-state.ts'

const pageSize = '500'

/** A list that is restarted so often never completes: its tokens expire faster than its pages are read. */
const maxRestarts = 5

/**
 * Pages of a kind as `Workloads.list` promises them. No `resourceVersion` is sent, so the first page is consistent and
 * the others have the same version.
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
  let pages = checkPages(api.clock)
  do {
    const query = {limit: pageSize, labelSelector: selector, continue: token || undefined}
    let page: Page
    try {
      page = await api.get(onePage(workloadResources[kind], {namespace, query}), signal)
    } catch (error) {
      if (token === '' || !isExpired(error) || ++restarts > maxRestarts) throw error
      // The inconsistent token in the answer would lose changes to earlier pages.
      token = ''
      restarted = true
      pages = checkPages(api.clock)
      continue
    }
    const problem = pages.problemOf(page)
    if (problem !== undefined) throw unexpectedAnswer(api.party, problem)
    yield {
      workloads: page.items.map((item) => toListed(kind, item, traits === true)),
      resourceVersion: page.resourceVersion,
      ...(restarted ? {restarted} : {}),
    }
    restarted = false
    token = page.continue
  } while (token !== '' || restarted)
}

/** `Workloads.readListed`. */
export async function readListedWorkload(
  api: Api,
  {kind, namespace, name}: Omit<WorkloadIdentity, 'uid'>,
  signal: AbortSignal,
): Promise<ListedWorkload | undefined> {
  const object = await unlessMissing(api.get(oneObject(workloadResources[kind], {namespace, name}), signal))
  return object === undefined ? undefined : toListed(kind, object, true)
}

function toListed(kind: WorkloadKind, item: unknown, withTraits: boolean): ListedWorkload {
  const images = toWorkloadImages(kind, item)
  if (!withTraits) return images
  const [owner = null, ...otherOwners] = workloadOwners(kind, item)
  const replacement = podReplacement(kind, item)
  const obstacles = workloadObstacles(kind, item, replacement)
  const traits = {
    ...{owner, replacement},
    ...(otherOwners.length > 0 && {otherOwners}),
    ...(obstacles.length > 0 && {obstacles}),
  }
  return {...images, traits}
}

/** The server no longer has the history for the page token or the resource version. */
export function isExpired(error: unknown): boolean {
  return error instanceof HubspokeError && error.status === 410
}
