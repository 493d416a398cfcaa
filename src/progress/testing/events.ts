import type {ClusterReading} from '../../model/cluster.ts'
import type {HubEvent} from '../../model/event.ts'
import type {SpokeResult} from '../../model/result.ts'
import {type WorkloadTarget, workloadTarget} from '../../model/workload-target.ts'

/** Events for tests. */
export function target(path: string): WorkloadTarget {
  const [context = '', namespace = '', name = ''] = path.split('/')
  const clusterUid = `uid-of-${context}`
  return workloadTarget({clusterUid, context, server: '', kind: 'Deployment', namespace, name, uid: path, matched: []})
}

export function finished(path: string, outcome: SpokeResult['outcome'], more: Partial<SpokeResult> = {}): HubEvent {
  return {
    type: 'target-finished',
    result: {target: target(path), outcome, attempts: 1, durationMs: 12_000, reason: '', ...more},
  }
}

export function started(path: string, attempt = 1): HubEvent {
  return {type: 'target-started', target: target(path), attempt}
}

export function planned(...paths: string[]): HubEvent {
  return {type: 'distribution-started', runId: '20261124-030405-9f3a', plan: paths.map(target)}
}

export function read(context: string, more: Partial<ClusterReading> = {}): HubEvent {
  return {
    type: 'context-read',
    reading: {
      context: {name: context, server: `https://${context}:6443`, namespace: 'default'},
      tier: 'scan',
      tierReason: 'no image cache',
      cost: {connections: 1, requests: 3, bytesRead: 900},
      workloadsRead: 312,
      matches: [],
      unread: [],
      ...more,
    },
  }
}

export const stuck = {class: 'rollout', message: 'It is stuck.', suggestions: []} as const
