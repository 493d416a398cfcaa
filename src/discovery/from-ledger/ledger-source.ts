import type {Source} from '../../model/source.ts'
import type {DiscoveryDeps} from '../discover.ts'
import {findRecorded, type RecordedTargets} from './find-recorded.ts'
import {planRecorded} from './plan-recorded.ts'

/** The targets that the ledger of an earlier run names. */
export function ledgerSource(request: RecordedTargets, deps: DiscoveryDeps): Source {
  return {
    find: () => findRecorded(request, deps),
    plan: ({readings}) => planRecorded(readings, request),
  }
}
