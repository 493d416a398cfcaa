import {cacheReads, configMaps, saving} from './cache-permissions.ts'
import {identity, typos} from './cluster-permissions.ts'
import {type Need, type Permission, type PermittedVerb, type Reach, workloadResource} from './permission.ts'
import {causes, follows} from './rollout-permissions.ts'
import {isForTemplates, scaling} from './scale-permissions.ts'
import {workloadKinds} from './workload.ts'

const kinds = {group: 'apps', resources: workloadKinds.map(workloadResource), scope: 'workloads'} as const
const leases = {group: 'coordination.k8s.io', resources: ['leases'], scope: 'cache', essential: false} as const
const runLease = {...leases, name: 'hubspoke-run'} as const
const watchLease = {...leases, name: 'hubspoke-cache-watch'} as const
const pods = {verb: 'list', scope: 'workloads', essential: false} as const

const everyoneWatches = 'several watchers of one cluster all write'

const lists: Permission = {
  ...kinds,
  verb: 'list',
  essential: true,
  why: 'see which workloads run an image',
  without: 'the cluster is read only in part (exit 4)',
}

/** To answer from the image cache. */
const cached: readonly Permission[] = [
  {
    ...kinds,
    verb: 'watch',
    scope: 'everywhere',
    essential: false,
    why: 'learn what has changed since the image cache was built',
    without: 'large clusters are listed instead, which takes longer',
  },
  cacheReads,
]

/** To keep other runs out. */
const locking: readonly Permission[] = [
  {...runLease, verb: 'get', why: 'see whether another run is at work', without: 'nothing keeps other runs out'},
  {...leases, verb: 'create', why: 'take the lock for the first time', without: 'nothing keeps other runs out'},
  {...runLease, verb: 'update', why: 'take, renew and release the lock', without: 'nothing keeps other runs out'},
]

interface ChangeWords {
  /** After "to". */
  readonly does: string
  /** After "before". */
  readonly before: string
  /** What is missing without the permission. */
  readonly without: string
  /** What an Event on the workload records. */
  readonly event: string
}

/** To change pod templates and to watch their rollouts. */
const changing = ({does, before, without, event}: ChangeWords): readonly Permission[] => [
  lists,
  {
    ...kinds,
    verb: 'get',
    essential: true,
    why: `look at a workload before ${before}`,
    without,
  },
  {...kinds, verb: 'patch', essential: true, why: does, without},
  follows,
  ...causes,
  {
    ...pods,
    verb: 'get',
    group: '',
    resources: ['pods/log'],
    why: 'show the last lines that a crashed container wrote',
    without: 'they are not shown',
  },
  {
    verb: 'list',
    group: 'policy',
    resources: ['poddisruptionbudgets'],
    scope: 'workloads',
    essential: false,
    why: 'show in the plan which disruption budgets a rollout breaks',
    without: 'the plan does not show which disruption budgets a rollout breaks',
  },
  {
    verb: 'create',
    group: '',
    resources: ['events'],
    scope: 'workloads',
    essential: false,
    why: `record an Event on the workload: ${event}`,
    without: 'there is no such Event; the annotations of the workload record it',
  },
  ...locking,
  identity,
  typos,
]

const needs: Readonly<Record<PermittedVerb, readonly Permission[]>> = {
  find: [lists, ...cached, identity, typos],
  status: [
    lists,
    {
      ...kinds,
      verb: 'get',
      essential: true,
      why: 'read how far the rollout of a workload is',
      without: 'its rollout status is unknown (exit 4)',
    },
    {
      ...follows,
      why: 'follow rollouts as they happen (--watch), and learn what has changed since the image cache was built',
      without: `${follows.without}; large clusters are listed, which takes longer`,
    },
    ...causes,
    cacheReads,
    identity,
    typos,
  ],
  restart: changing({
    does: 'restart',
    before: 'it is restarted',
    without: 'nothing is restarted',
    event: 'who restarted it, in which run and why',
  }),
  'set-image': changing({
    does: 'set images',
    before: 'its image is set',
    without: 'no image is set',
    event: 'the user who set its image, the run and the reason',
  }),
  scale: [
    ...changing({does: '', before: 'it is scaled', without: 'nothing is scaled', event: ''}).filter(
      (permission) => !isForTemplates(permission),
    ),
    ...scaling,
  ],
  undo: [
    ...changing({
      does: 'undo changes',
      before: 'it is undone',
      without: 'nothing is undone',
      event: 'the user who undid a change, the run and the reason',
    }),
    {
      ...pods,
      group: 'apps',
      resources: ['controllerrevisions'],
      why: 'find the revision of a StatefulSet or a DaemonSet to return to',
      without: 'undo IMAGE changes none of them; undo --run does not need it',
    },
  ],
  apply: [...locking, identity],
  foreach: [
    {...lists, without: `with IMAGE, ${lists.without}; without IMAGE it is not used`},
    ...cached,
    {
      ...kinds,
      verb: 'get',
      essential: true,
      why: 'look at a workload before CMD is run for it',
      without: 'with IMAGE, CMD is not run; without IMAGE it is not used',
    },
    ...locking,
    identity,
    typos,
  ],
  'cache refresh': [
    {...lists, scope: 'everywhere', without: 'nothing is saved: half a cache would make the rest look unused'},
    ...saving,
  ],
  'cache watch': [
    {...lists, scope: 'everywhere', why: 'build the image cache', without: 'nothing is saved'},
    {
      ...kinds,
      verb: 'watch',
      scope: 'everywhere',
      essential: true,
      why: 'watch changes',
      without: 'nothing is kept fresh',
    },
    ...saving,
    {...watchLease, verb: 'get', why: 'see whether another client watches', without: everyoneWatches},
    {...leases, verb: 'create', why: 'take the Lease for the first time', without: everyoneWatches},
    {...watchLease, verb: 'update', why: 'take, renew and release the Lease', without: everyoneWatches},
  ],
  'cache show': [
    {...configMaps, verb: 'get', essential: true, why: 'read the image cache', without: 'there is nothing to show'},
    identity,
  ],
}

/** What a command asks of a cluster: the one table that roles are printed from, and that `check` and preflight ask by. */
export function permissionsOf(verb: PermittedVerb): readonly Permission[] {
  return needs[verb]
}

/**
 * The same at their places: with namespaces, what concerns workloads once for each of them. What only improves an answer
 * about all namespaces is left out then.
 */
export function needsOf(verb: PermittedVerb, {namespaces, cacheNamespace}: Reach): readonly Need[] {
  const isNarrow = namespaces.length > 0
  const everywhere = [undefined]
  return needs[verb].flatMap(({resources, scope, ...permission}) => {
    if (scope === 'everywhere' && isNarrow && !permission.essential) return []
    const places =
      scope === 'cache' ? [cacheNamespace] : scope === 'workloads' && isNarrow ? [...namespaces] : everywhere
    const beyond = scope === 'everywhere' && isNarrow
    return places.flatMap((namespace) =>
      resources.map((resource) => ({...permission, resource, beyond, ...(namespace !== undefined && {namespace})})),
    )
  })
}
