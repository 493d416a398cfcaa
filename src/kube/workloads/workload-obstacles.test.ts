import {describe, expect, test} from 'vitest'
import {type WorkloadKind, workloadKinds} from '../../model/workload.ts'
import {podReplacement} from './pod-replacement.ts'
import {workloadObstacles} from './workload-obstacles.ts'

const volumes = [
  {name: 'uploads', persistentVolumeClaim: {claimName: 'uploads'}},
  {name: 'tmp', emptyDir: {}},
]
const withClaim = {template: {spec: {volumes}}}
const rolling = (maxSurge: number, maxUnavailable: number) => ({
  strategy: {type: 'RollingUpdate', rollingUpdate: {maxSurge, maxUnavailable}},
})

function obstaclesOf(kind: WorkloadKind, object: object): readonly string[] {
  return workloadObstacles(kind, object, podReplacement(kind, object)).map(({why}) => why)
}

describe.each(workloadKinds)('a %s', (kind) => {
  const own = (wanted: WorkloadKind, why: string) => (kind === wanted ? [why] : [])
  test.each([
    {because: 'nothing is wrong', object: {spec: {replicas: 2}, status: {readyReplicas: 2}}, is: []},
    {
      because: 'it is being deleted',
      object: {metadata: {deletionTimestamp: '2026-01-01T00:00:00Z'}, spec: {replicas: 0}},
      is: ['being-deleted'],
    },
    {
      because: 'a pod is not ready',
      object: {spec: {replicas: 2}, status: {readyReplicas: 1}},
      is: own('StatefulSet', 'broken-pods'),
    },
    {
      because: 'a pod is not ready, and no other waits for it',
      object: {spec: {replicas: 2, podManagementPolicy: 'Parallel'}, status: {readyReplicas: 1}},
      is: [],
    },
    {
      because: 'a new pod needs the volume of the old one',
      object: {spec: {replicas: 1, ...withClaim, ...rolling(1, 0)}, status: {readyReplicas: 1}},
      is: own('Deployment', 'volume'),
    },
    {
      because: 'the old pod ends first',
      object: {spec: {replicas: 1, ...withClaim, ...rolling(1, 1)}, status: {readyReplicas: 1}},
      is: [],
    },
    {
      because: 'all pods end first',
      object: {spec: {replicas: 1, ...withClaim, strategy: {type: 'Recreate'}}, status: {readyReplicas: 1}},
      is: [],
    },
    {
      because: 'it is paused',
      object: {spec: {replicas: 2, paused: true}, status: {readyReplicas: 2}},
      is: own('Deployment', 'paused'),
    },
    {
      because: 'its pods are replaced by hand',
      object: {spec: {replicas: 2, updateStrategy: {type: 'OnDelete'}}, status: {readyReplicas: 2}},
      is: kind === 'Deployment' ? [] : ['on-delete'],
    },
    {
      because: 'a partition covers all its pods',
      object: {spec: {replicas: 2, updateStrategy: {rollingUpdate: {partition: 2}}}, status: {readyReplicas: 2}},
      is: own('StatefulSet', 'partition'),
    },
    {
      because: 'a partition covers some of its pods',
      object: {spec: {replicas: 2, updateStrategy: {rollingUpdate: {partition: 1}}}, status: {readyReplicas: 2}},
      is: [],
    },
    {because: 'it has no pods', object: {spec: {replicas: 0, ...withClaim, ...rolling(1, 0)}}, is: []},
  ])('has $is, as $because', ({object, is}) => {
    expect(obstaclesOf(kind, object)).toEqual(is)
  })
})
