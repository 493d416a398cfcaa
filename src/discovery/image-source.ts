import type {Source} from '../model/source.ts'
import {type DiscoveryDeps, type DiscoveryRequest, discover} from './discover.ts'
import {planTargets} from './plan/plan-targets.ts'

/** The workloads that run an image, now. */
export function imageSource(request: DiscoveryRequest, deps: DiscoveryDeps): Source {
  return {
    find: () => discover(request, deps),
    plan: ({readings}) => planTargets(readings, request),
  }
}
