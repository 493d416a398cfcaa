import type {Target} from '../../model/target.ts'
import {type ContainerImage, workloadKinds} from '../../model/workload.ts'
import {isWorkloadTarget, type WorkloadFacts, type WorkloadTarget, workloadTarget} from '../../model/workload-target.ts'
import {eachIs, isObject, isOneOf, isShape, isText} from '../../shared/shape.ts'

const isContainerImage = isShape<ContainerImage>({
  container: isText,
  image: isText,
  role: isOneOf(['container', 'init', 'sidecar']),
})

const facts = {
  clusterUid: isText,
  context: isText,
  kind: isOneOf(workloadKinds),
  namespace: isText,
  name: isText,
  uid: isText,
  matched: eachIs(isContainerImage),
}

const hasWorkloadFields = isShape<Omit<WorkloadTarget, keyof Target>>({...facts, server: isText})
const hasFirstFields = isShape<Omit<WorkloadFacts, 'server'>>(facts)

/** Has a target that says it is a workload every field of one? */
export function isKnownTarget(target: Target): boolean {
  return !isWorkloadTarget(target) || hasWorkloadFields(target)
}

/** Of version 1. */
const defaultTimeoutMs = 600_000

type Fields = Readonly<Record<string, unknown>>

/**
 * A record of a ledger of version 1 as version 2 writes it; anything else is returned as it is. In version 1 every target was
 * a workload, every verb had the one argument `image`, and the mark was called stamp.
 */
export function upgradeRecord(record: unknown): unknown {
  if (!isObject(record)) return record
  const fields = record as Fields
  switch (fields.type) {
    case 'run':
      return fields.schemaVersion === 1 ? upgradeRun(fields) : record
    case 'planned':
      return withSnapshot({...fields, target: upgradeTarget(fields.target, fields.server)})
    case 'excluded':
      return {...fields, target: upgradeTarget(fields.target, '')} // its server was not recorded
    case 'writing':
      return withSnapshot(fields)
    default:
      return record
  }
}

function upgradeRun(record: Fields): unknown {
  const {arguments: args, options = {}, stamp, place, ...fields} = record
  if (!isObject(args) || !isObject(options)) return record
  const {image, ...flags} = args as Fields
  return {
    ...fields,
    schemaVersion: 2,
    args: image === undefined ? {} : {image},
    options: given({...(options as Fields), ...flags}),
    mark: stamp,
    ...(place !== undefined && {origin: place}),
  }
}

/** Version 1 recorded a default as if it were given, and a given `--timeout` is kept below the deadline of a rollout itself. */
function given({timeout, ...options}: Fields): Fields {
  return {...options, ...(timeout !== undefined && timeout !== defaultTimeoutMs && {timeout})}
}

function upgradeTarget(target: unknown, server: unknown): unknown {
  if (isObject(target) && 'key' in (target as Fields)) return target
  return hasFirstFields(target) && isText(server) ? workloadTarget({...target, server}) : target
}

function withSnapshot({before, server: _, ...fields}: Fields): unknown {
  return before === undefined ? fields : {...fields, snapshot: before}
}
