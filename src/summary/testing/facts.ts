import type {ClusterReading, Scope, Unread, WorkloadMatch} from '../../model/cluster.ts'
import type {Failure} from '../../model/failure.ts'
import type {SpokeResult} from '../../model/result.ts'
import type {RunFacts} from '../../model/run-facts.ts'
import {workloadKinds} from '../../model/workload.ts'
import {type WorkloadTarget, workloadTarget} from '../../model/workload-target.ts'

/** Facts for tests: whatever a test does not name is the calm case. */
export function failure(failureClass: Failure['class'], message = `It is ${failureClass}.`, ...suggestions: string[]) {
  return {class: failureClass, message, suggestions}
}

/** `eu-west/shop/Deployment/web` as a target that runs `ghcr.io/acme/web:1.4.2`. */
export function target(path: string, image = 'ghcr.io/acme/web:1.4.2'): WorkloadTarget {
  const [context = '', namespace = '', kind = '', name = ''] = path.split('/')
  return workloadTarget({
    clusterUid: `uid-of-${context}`,
    context,
    server: `https://${context}.example:6443`,
    kind: workloadKinds.find((each) => each === kind) ?? 'Deployment',
    namespace,
    name,
    uid: `uid-of-${path}`,
    matched: [{container: 'app', image, role: 'container'}],
  })
}

/** The same workload as discovery found it. */
export function match(path: string, image?: string): WorkloadMatch {
  const {kind, namespace, name, uid, matched} = target(path, image)
  return {kind, namespace, name, uid, matched, images: matched}
}

/** How that target ended. */
export function result(
  path: string,
  outcome: SpokeResult['outcome'] = 'succeeded',
  more: Partial<SpokeResult> = {},
): SpokeResult {
  const attempts = outcome === 'not-run' ? 0 : 1
  return {target: target(path), outcome, attempts, durationMs: attempts * 4200, reason: '', ...more}
}

export function failed(path: string, why: Failure, more: Partial<SpokeResult> = {}): SpokeResult {
  return result(path, 'failed', {reason: why.message, failure: why, durationMs: 124_000, ...more})
}

export function reading(context: string, more: Partial<ClusterReading> = {}): ClusterReading {
  return {
    context: {name: context, server: `https://${context}.example:6443`, namespace: 'default'},
    identity: {uid: `uid-of-${context}`, isFallback: false},
    serverVersion: 'v1.36.3',
    tier: 'scan',
    tierReason: 'no image cache in this cluster',
    cost: {connections: 1, requests: 9, bytesRead: 48_211},
    workloadsRead: 312,
    matches: [],
    unread: [],
    ...more,
  }
}

export function unreadable(context: string, problem: Failure): ClusterReading {
  return {
    context: {name: context, server: `https://${context}.example:6443`, namespace: 'default'},
    cost: {connections: 0, requests: 0, bytesRead: 0},
    workloadsRead: 0,
    matches: [],
    unread: [],
    problem,
  }
}

export function readInPart(context: string, ...unread: Unread[]): ClusterReading {
  return reading(context, {unread})
}

export function scope(contexts: readonly string[], more: Partial<Scope> = {}): Scope {
  return {kinds: workloadKinds, namespaces: [], contexts, contextsLeftOut: [], ...more}
}

export function runFacts(more: Partial<RunFacts> = {}): RunFacts {
  const readings = more.readings ?? [reading('eu-west')]
  return {
    id: '20261124-030412-9f3a',
    verb: 'restart',
    arguments: {image: 'ghcr.io/acme/web', 'all-contexts': true},
    startedAt: new Date('2026-11-24T03:04:12.000Z'),
    durationMs: 131_000,
    dryRun: null,
    waited: true,
    hasWrittenBefore: false,
    allowEmpty: false,
    ledger: '/state/hubspoke/runs/20261124-030412-9f3a.jsonl',
    ledgerIsIncomplete: false,
    locks: [],
    scope: scope(readings.map(({context}) => context.name)),
    readings,
    results: [],
    excluded: [],
    sameCluster: [],
    waves: [],
    marks: new Map(),
    declined: false,
    consent: null,
    by: null,
    askedMs: 0,
    stoppedBy: undefined,
    ...more,
  }
}
