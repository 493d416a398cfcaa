import type {ContainerSpec, WorkloadSpec} from '../../sandbox/spec.ts'
import {anyMapping, list, mapping} from '../../yaml/compound-shapes.ts'
import {choice, integer, mapped, type Shape, text, truth} from '../../yaml/shape.ts'
import {imageReference, kind, namespaceName, objectName} from './common-shapes.ts'

const labels = (description: string): Shape<Readonly<Record<string, string>>> =>
  mapped(anyMapping(description), (values) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])),
  )

const container: Shape<ContainerSpec> = mapping(
  'A container of the pod template.',
  {name: objectName, image: imageReference},
  {init: truth('An init container.'), sidecar: truth('An init container with restartPolicy: Always.')},
)

const countOrShare = text('A number of pods, or a percentage.', {
  pattern: /^\d{1,5}%?$/,
  means: 'a number of pods, or a percentage',
})
const pods = {
  schema: {
    description: 'A number of pods, or a percentage.',
    anyOf: [{type: 'integer', minimum: 0}, countOrShare.schema],
  },
  read: (item, reader) => {
    const value = countOrShare.read(item, reader)
    return value.endsWith('%') ? value : Number(value)
  },
} satisfies Shape<number | string>

/** A workload of a scenario file. */
export const workload: Shape<WorkloadSpec> = mapped(
  mapping(
    'A workload, rolled out when the sandbox starts.',
    {namespace: namespaceName, name: objectName},
    {
      kind,
      image: imageReference,
      containers: list('Its containers, where it has more than one.', container, {of: 'containers', min: 1, max: 50}),
      replicas: integer('Default: 2. A DaemonSet has a pod on each node.', {min: 0, max: 5_000}),
      progressDeadlineSeconds: integer('Of a Deployment. Default: 600.', {min: 1, max: 86_400}),
      paused: truth('Of a Deployment.'),
      strategy: choice('How pods are replaced.', ['RollingUpdate', 'Recreate', 'OnDelete']),
      maxSurge: pods,
      maxUnavailable: pods,
      partition: integer('Of a StatefulSet.', {min: 0, max: 5_000}),
      labels: labels('Of the workload and its pods.'),
      annotations: labels('Of the workload.'),
    },
  ),
  (read, item, reader) => {
    const images = ['image', 'containers'].filter((key) => key in read)
    if (images.length !== 1) throw reader.wrong(item, 'must have either "image" or "containers"')
    if (read.kind === 'DaemonSet' && read.replicas !== undefined)
      throw reader.wrong(item, 'is a DaemonSet, and has no replicas')
    return read as WorkloadSpec
  },
)
