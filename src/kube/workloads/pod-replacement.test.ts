import {expect, test} from 'vitest'
import type {PodReplacement, WorkloadKind} from '../../model/workload.ts'
import {podReplacement} from './pod-replacement.ts'

interface Row {
  readonly kind?: WorkloadKind
  readonly spec: object
  /** Nodes that should run a pod of a DaemonSet. */
  readonly nodes?: number
  readonly wanted: number
  readonly away: number
  readonly because: string
}

const rolling = (rollingUpdate: object) => ({strategy: {type: 'RollingUpdate', rollingUpdate}})
const updating = (rollingUpdate: object) => ({updateStrategy: {type: 'RollingUpdate', rollingUpdate}})

test.each<Row>([
  {spec: {}, wanted: 1, away: 0, because: '25 % of surge is 1, and 25 % of unavailability is 0'},
  {spec: {replicas: 0}, wanted: 0, away: 0, because: 'there is no pod'},
  {spec: {replicas: 3}, wanted: 3, away: 0, because: 'unavailability rounds down'},
  {spec: {replicas: 4}, wanted: 4, away: 1, because: '25 % of 4 is 1'},
  {
    spec: {replicas: 1, ...rolling({maxSurge: 0, maxUnavailable: '25%'})},
    wanted: 1,
    away: 1,
    because: 'both come to 0, and then 1 may go',
  },
  {
    spec: {replicas: 3, ...rolling({maxSurge: '1%', maxUnavailable: 0})},
    wanted: 3,
    away: 0,
    because: 'surge rounds up',
  },
  {
    spec: {replicas: 3, ...rolling({maxSurge: 0, maxUnavailable: 10})},
    wanted: 3,
    away: 3,
    because: 'there are no more pods',
  },
  {
    spec: {replicas: 3, ...rolling({maxSurge: 5, maxUnavailable: '100%'})},
    wanted: 3,
    away: 3,
    because: 'surge keeps no old pod',
  },
  {spec: {replicas: 3, strategy: {type: 'Recreate'}}, wanted: 3, away: 3, because: 'all end first'},
  {spec: {replicas: 0, strategy: {type: 'Recreate'}}, wanted: 0, away: 0, because: 'there is no pod'},
  {
    spec: {replicas: 3, paused: true, strategy: {type: 'Recreate'}},
    wanted: 3,
    away: 0,
    because: 'it is paused and will not be written',
  },
  {kind: 'StatefulSet', spec: {replicas: 1}, wanted: 1, away: 1, because: 'a StatefulSet has no surge'},
  {kind: 'StatefulSet', spec: {replicas: 3}, wanted: 3, away: 1, because: 'they go one by one'},
  {
    kind: 'StatefulSet',
    spec: {replicas: 3, ...updating({maxUnavailable: '10%'})},
    wanted: 3,
    away: 1,
    because: 'rounded down, and at least 1',
  },
  {
    kind: 'StatefulSet',
    spec: {replicas: 3, ...updating({maxUnavailable: 3, partition: 1})},
    wanted: 3,
    away: 2,
    because: 'the partition keeps one',
  },
  {
    kind: 'StatefulSet',
    spec: {replicas: 1, ...updating({partition: 1})},
    wanted: 1,
    away: 0,
    because: 'the partition keeps all',
  },
  {
    kind: 'StatefulSet',
    spec: {replicas: 1, updateStrategy: {type: 'OnDelete'}},
    wanted: 1,
    away: 0,
    because: 'it will not be written',
  },
  {kind: 'DaemonSet', spec: {}, nodes: 5, wanted: 5, away: 1, because: 'one node after the other'},
  {kind: 'DaemonSet', spec: {}, nodes: 0, wanted: 0, away: 0, because: 'no node should run it'},
  {
    kind: 'DaemonSet',
    spec: updating({maxUnavailable: '50%'}),
    nodes: 3,
    wanted: 3,
    away: 2,
    because: 'unavailability of a DaemonSet rounds up',
  },
  {
    kind: 'DaemonSet',
    spec: updating({maxSurge: 1, maxUnavailable: 0}),
    nodes: 3,
    wanted: 3,
    away: 0,
    because: 'new pods come first',
  },
])('$away of $wanted, because $because', ({kind = 'Deployment', spec, nodes, wanted, away}) => {
  const object = {spec, status: {desiredNumberScheduled: nodes}}
  expect(podReplacement(kind, object)).toMatchObject({wanted, awayAtOnce: away} satisfies Partial<PodReplacement>)
})

test('missing and invalid fields read as the default, and the labels of the pods are kept', () => {
  const template = {metadata: {labels: {app: 'web', odd: 7}}}
  const spec = {replicas: 2, template, ...rolling({maxSurge: 'many', maxUnavailable: null})}
  expect(podReplacement('Deployment', {spec})).toEqual({
    recreates: false,
    wanted: 2,
    awayAtOnce: 1,
    podLabels: {app: 'web'},
  })
})
