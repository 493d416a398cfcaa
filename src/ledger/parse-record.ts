import type {Actor, KubernetesUser} from '../model/actor.ts'
import type {Scope} from '../model/cluster.ts'
import type {ContextsPlace} from '../model/contexts-place.ts'
import {exitForSignal} from '../model/exit-code.ts'
import {type Failure, failureClasses} from '../model/failure.ts'
import type {LedgerRecord} from '../model/ledger.ts'
import {type FailedTry, outcomes} from '../model/result.ts'
import type {Target} from '../model/target.ts'
import {type Undo, undoOutcomes} from '../model/undo.ts'
import {type ContainerImage, workloadKinds} from '../model/workload.ts'
import {eachIs, type Guard, isNumber, isObject, isOneOf, isShape, isText, maybe} from './shape.ts'

type RecordOf<T extends LedgerRecord['type']> = Extract<LedgerRecord, {readonly type: T}>

const isContainerImage = isShape<ContainerImage>({
  container: isText,
  image: isText,
  role: isOneOf(['container', 'init', 'sidecar']),
})

const isTarget = isShape<Target>({
  clusterUid: isText,
  context: isText,
  kind: isOneOf(workloadKinds),
  namespace: isText,
  name: isText,
  uid: isText,
  matched: eachIs(isContainerImage),
})

const isPlace = isShape<ContextsPlace>({
  kubeconfig: maybe(isText),
  isInCluster: maybe((value) => typeof value === 'boolean'),
})

const isScope = isShape<Scope>({
  kinds: eachIs(isOneOf(workloadKinds)),
  namespaces: eachIs(isText),
  selector: maybe(isText),
  contexts: eachIs(isText),
  contextsLeftOut: eachIs(isText),
})

const isUndo = isShape<Undo>({outcome: isOneOf(undoOutcomes), reason: isText})

const isBefore = (value: unknown) =>
  isObject(value) && Object.values(Object(value)).every((each) => each === null || isText(each))

const orNull = (holds: (value: unknown) => boolean) => (value: unknown) => value === null || holds(value)

const isActor = isShape<Actor>({
  name: orNull(isText),
  uid: orNull(isNumber),
  sudoUser: orNull(isText),
  host: isText,
  kubernetesUsers: eachIs(isShape<KubernetesUser>({clusterUid: isText, username: isText})),
})

const isOptions = (value: unknown) =>
  isObject(value) &&
  Object.values(Object(value)).every(
    (each) => each === null || typeof each === 'boolean' || isText(each) || isNumber(each),
  )

const isFailure = isShape<Failure>({class: isOneOf(failureClasses), message: isText, suggestions: eachIs(isText)})

const isFailedTry = isShape<FailedTry>({attempt: isNumber, class: isOneOf(failureClasses), message: isText})

const isResult = isShape<RecordOf<'result'>['result']>({
  outcome: isOneOf(outcomes),
  attempts: isNumber,
  failedTries: maybe(eachIs(isFailedTry)),
  durationMs: isNumber,
  startedAt: maybe(isText),
  endedAt: maybe(isText),
  reason: isText,
  failure: maybe(isFailure),
  undo: maybe(isUndo),
})

const stopReasons = [...Object.keys(exitForSignal), 'deadline', 'max-failures', 'ledger', 'lock-lost', 'gate']

/** What every record has. */
function base<T extends LedgerRecord['type']>(type: T) {
  return {type: isOneOf([type]), at: isText}
}

const guards: {readonly [T in LedgerRecord['type']]: Guard<RecordOf<T>>} = {
  run: isShape<RecordOf<'run'>>({
    ...base('run'),
    schemaVersion: (value) => value === 1,
    id: isText,
    verb: isText,
    startedAt: maybe(isText),
    arguments: isObject,
    stamp: isText,
    targets: maybe(isNumber),
    retryOf: maybe(isText),
    reason: maybe(isText),
    options: maybe(isOptions),
    by: maybe(isActor),
    place: maybe(isPlace),
    scope: maybe(isScope),
    sameCluster: maybe(eachIs(eachIs(isText))),
  }),
  excluded: isShape<RecordOf<'excluded'>>({
    ...base('excluded'),
    target: isTarget,
    reason: isText,
    include: isText,
  }),
  planned: isShape<RecordOf<'planned'>>({
    ...base('planned'),
    target: isTarget,
    server: isText,
    wave: maybe(isNumber),
    before: maybe(isBefore),
  }),
  'wave-started': isShape<RecordOf<'wave-started'>>({...base('wave-started'), wave: isNumber}),
  writing: isShape<RecordOf<'writing'>>({
    ...base('writing'),
    target: isText,
    attempt: isNumber,
    before: maybe(isBefore),
  }),
  written: isShape<RecordOf<'written'>>({...base('written'), target: isText}),
  watching: isShape<RecordOf<'watching'>>({...base('watching'), target: isText}),
  retrying: isShape<RecordOf<'retrying'>>({
    ...base('retrying'),
    target: isText,
    attempt: isNumber,
    reason: isText,
    refused: maybe((value) => typeof value === 'boolean'),
  }),
  result: isShape<RecordOf<'result'>>({...base('result'), target: isText, result: isResult}),
  undoing: isShape<RecordOf<'undoing'>>({...base('undoing'), target: isText, attempt: isNumber}),
  undone: isShape<RecordOf<'undone'>>({...base('undone'), target: isText}),
  ended: isShape<RecordOf<'ended'>>({
    ...base('ended'),
    exitCode: isNumber,
    stoppedBy: (value) => value === null || isOneOf(stopReasons)(value),
    durationMs: maybe(isNumber),
  }),
}

const isRecord = (value: unknown): value is LedgerRecord => Object.values(guards).some((guard) => guard(value))

const isOfLaterVersion = (value: unknown) =>
  isShape<{type: string; at: string}>({type: isText, at: isText})(value) && !Object.hasOwn(guards, value.type)

/** One line of a ledger: a record, `'unknown'` for a type that a later version writes, undefined when it is damaged. */
export function parseRecord(line: string): LedgerRecord | 'unknown' | undefined {
  const value = parseJson(line)
  if (isRecord(value)) return value
  return isOfLaterVersion(value) ? 'unknown' : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
