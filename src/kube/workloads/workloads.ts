import {type WorkloadKind, workloadKinds} from '../../model/workload.ts'
import type {Clock} from '../../shared/clock.ts'
import type {Api} from '../api.ts'
import type {Workloads} from '../ports/workloads.ts'
import {changesSince} from '../watch/changes-since.ts'
import {newestVersion, watchWorkloads} from '../watch/watch-workloads.ts'
import {createWorkloadFollower, type WorkloadFollower} from '../watch/workload-follower.ts'
import {createAutoscalers} from './autoscalers.ts'
import {readLogTail} from './log-tail.ts'
import {patchTemplate} from './patch-template.ts'
import {readWorkload} from './read-workload.ts'
import {createRolloutTroubles} from './rollout-troubles.ts'
import {scaleWorkload} from './scale-workload.ts'
import {createTemplateRunners} from './template-runners.ts'
import {listWorkloads, readListedWorkload} from './workload-list.ts'
import {readRevisions} from './workload-revisions.ts'

export interface WorkloadsDeps {
  readonly api: Api
  readonly clock: Clock
  /** Ends every watch; pending waits reject with its reason. */
  readonly closing: AbortSignal
  /** How many watches the connection carries beside other requests. */
  readonly watchLimit: () => number
}

export function createWorkloads({api, clock, closing, watchLimit}: WorkloadsDeps): Workloads {
  let watches = 0
  const mayWatch = (): boolean => watches < watchLimit() && ++watches > 0
  const follower = (kind: WorkloadKind): [WorkloadKind, WorkloadFollower] => [
    kind,
    createWorkloadFollower(kind, {api, clock, closing, mayWatch}),
  ]
  const followers = new Map(workloadKinds.map(follower))

  return {
    list: (kind, request, signal) => listWorkloads(api, kind, request, signal),
    readListed: (workload, signal) => readListedWorkload(api, workload, signal),
    read: (workload, signal) => readWorkload(api, workload, signal),
    async patchTemplate(workload, write, signal) {
      const written = await patchTemplate(api, workload, write, signal)
      if (written && !write.dryRun) followers.get(workload.kind)?.expect(written)
      return written
    },
    async scale(workload, write, signal) {
      const written = await scaleWorkload(api, workload, write, signal)
      if (written && !write.dryRun) followers.get(workload.kind)?.expect(written)
      return written
    },
    autoscalerOf: createAutoscalers(api),
    async follow(workload, signal) {
      const ofKind = followers.get(workload.kind)
      if (ofKind === undefined) throw new RangeError(`no such kind: ${workload.kind}`)
      return ofKind.follow(workload, signal)
    },
    revisions: (workload, signal) => readRevisions(api, workload, signal),
    podTroubles: createRolloutTroubles(api, clock),
    runnerOf: createTemplateRunners(api),
    logTail: (namespace, trouble, signal) => readLogTail(api, namespace, trouble, signal),
    changesSince: (kind, resourceVersion, signal) => changesSince({api, clock}, kind, resourceVersion, signal),
    watch: (from, tell, signal) => watchWorkloads({api, clock}, from, tell, signal),
    newest: (kind, signal) => newestVersion(api, kind, signal),
  }
}
