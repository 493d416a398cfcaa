import type {Source} from '../../model/source.ts'
import type {DiscoveryDeps} from '../discover.ts'
import {choosePart} from './choose-part.ts'
import {findNamed} from './find-named.ts'
import type {NamedTargets} from './named-target.ts'
import {planNamed} from './plan-named.ts'

/**
 * The targets that a file names, as the clusters have them now.
 *
 * @throws HubspokeError of class `usage` for a pattern of `-n` that no target of the file matches
 */
export function fileSource(request: NamedTargets, deps: DiscoveryDeps): Source {
  const part = choosePart(request)
  return {
    find: () => findNamed({...request, targets: part.targets}, deps),
    plan: ({readings}) => planNamed(readings, request, part),
  }
}
