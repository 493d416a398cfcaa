import type {Actor, KubernetesUser} from '../model/actor.ts'
import type {Scope, TargetsOf} from '../model/cluster.ts'
import type {ContextsOrigin} from '../model/contexts-origin.ts'
import {type Failure, failureClasses} from '../model/failure.ts'
import type {LedgerFormats, LedgerRecord} from '../model/ledger.ts'
import {type FailedTry, outcomes, type RecordedPart} from '../model/result.ts'
import type {Target} from '../model/target.ts'
import {type Undo, undoOutcomes} from '../model/undo.ts'
import type {UnreadContext} from '../model/unread-context.ts'
import {
  eachIs,
  type Guard,
  isFlag,
  isNumber,
  isObject,
  isOneOf,
  isShape,
  isText,
  maybe,
  orNull,
} from '../shared/shape.ts'
import {cleanRecord} from './clean-record.ts'

/** That of the records which this version writes. */
const schemaVersion = 2

type RecordOf<T extends LedgerRecord['type']> = Extract<LedgerRecord, {readonly type: T}>

const hasTargetFields = isShape<Target>({type: isText, key: isText, label: isText, place: isText, via: isText})

const isOrigin = isShape<ContextsOrigin>({
  kubeconfig: maybe(isText),
  isInCluster: maybe(isFlag),
})

const isScope = isShape<Scope>({
  targetsOf: maybe(isShape<TargetsOf>({type: isOneOf(['run', 'file']), name: isText})),
  kinds: eachIs(isText),
  namespaces: eachIs(isText),
  selector: maybe(isText),
  contexts: eachIs(isText),
  contextsLeftOut: eachIs(isText),
})

const isUndo = isShape<Undo>({outcome: isOneOf(undoOutcomes), reason: isText})

const isSnapshot = (value: unknown) =>
  isObject(value) && Object.values(Object(value)).every((each) => each === null || isText(each))

const isActor = isShape<Actor>({
  name: orNull(isText),
  uid: orNull(isNumber),
  sudoUser: orNull(isText),
  host: isText,
  kubernetesUsers: eachIs(isShape<KubernetesUser>({clusterUid: isText, username: isText})),
})

const isFailure = isShape<Failure>({class: isOneOf(failureClasses), message: isText, suggestions: eachIs(isText)})

const isFailedTry = isShape<FailedTry>({attempt: isNumber, class: isOneOf(failureClasses), message: isText})

const isPart = isShape<RecordedPart>({
  name: isText,
  outcome: isOneOf(outcomes),
  reason: isText,
  failure: maybe(isFailure),
})

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

/** An `ArgumentsEntry`: what is neither a word nor a list of words was not written by a command. */
const isArguments = (value: unknown) =>
  isObject(value) &&
  Object.values(value as object).every((each) => each === null || typeof each !== 'object' || eachIs(isText)(each))

/** What every record has. */
function base<T extends LedgerRecord['type']>(type: T) {
  return {type: isOneOf([type]), at: isText}
}

const guards: {readonly [T in LedgerRecord['type']]: Guard<RecordOf<T>>} = {
  run: isShape<RecordOf<'run'>>({
    ...base('run'),
    schemaVersion: (value) => value === schemaVersion,
    id: isText,
    verb: isText,
    startedAt: maybe(isText),
    args: isArguments,
    options: isArguments,
    mark: isText,
    targets: maybe(isNumber),
    retryOf: maybe(isText),
    reason: maybe(isText),
    by: maybe(isActor),
    origin: maybe(isOrigin),
    scope: maybe(isScope),
    sameCluster: maybe(eachIs(eachIs(isText))),
    unread: maybe(eachIs(isShape<UnreadContext>({context: isText, inPart: isFlag, failure: isFailure}))),
  }),
  excluded: isShape<RecordOf<'excluded'>>({
    ...base('excluded'),
    target: hasTargetFields,
    reason: isText,
    include: isText,
  }),
  planned: isShape<RecordOf<'planned'>>({
    ...base('planned'),
    target: hasTargetFields,
    wave: maybe(isNumber),
    snapshot: maybe(isSnapshot),
  }),
  'wave-started': isShape<RecordOf<'wave-started'>>({...base('wave-started'), wave: isNumber}),
  writing: isShape<RecordOf<'writing'>>({
    ...base('writing'),
    target: isText,
    attempt: isNumber,
    snapshot: maybe(isSnapshot),
  }),
  written: isShape<RecordOf<'written'>>({...base('written'), target: isText, receipt: maybe(isObject)}),
  watching: isShape<RecordOf<'watching'>>({...base('watching'), target: isText, receipt: maybe(isObject)}),
  retrying: isShape<RecordOf<'retrying'>>({
    ...base('retrying'),
    target: isText,
    attempt: isNumber,
    reason: isText,
    refused: maybe(isFlag),
  }),
  part: isShape<RecordOf<'part'>>({...base('part'), target: isText, part: isPart}),
  result: isShape<RecordOf<'result'>>({...base('result'), target: isText, result: isResult}),
  undoing: isShape<RecordOf<'undoing'>>({...base('undoing'), target: isText, attempt: isNumber}),
  undone: isShape<RecordOf<'undone'>>({...base('undone'), target: isText}),
  ended: isShape<RecordOf<'ended'>>({
    ...base('ended'),
    exitCode: isNumber,
    stoppedBy: orNull(isText), // a later version may have more reasons
    durationMs: maybe(isNumber),
  }),
}

const isRecord = (value: unknown): value is LedgerRecord => Object.values(guards).some((guard) => guard(value))

const isOfLaterVersion = (value: unknown) =>
  isShape<{type: string; at: string}>({type: isText, at: isText})(value) && !Object.hasOwn(guards, value.type)

const isOfNewerSchema = isShape<{type: 'run'; schemaVersion: number}>({
  type: isOneOf(['run']),
  schemaVersion: (value) => isNumber(value) && Number(value) > schemaVersion,
})

/**
 * One line of a ledger: a record, with the text of others in it cleaned; `'unknown'` for a type that a later version writes;
 * `'newer'` for the beginning of a run of such a version; undefined when it is damaged.
 */
export function parseRecord(
  line: string,
  {upgrade, isTarget}: LedgerFormats,
): LedgerRecord | 'unknown' | 'newer' | undefined {
  const value = upgrade(parseJson(line))
  if (isOfNewerSchema(value)) return 'newer'
  if (!isRecord(value)) return isOfLaterVersion(value) ? 'unknown' : undefined
  if ((value.type === 'planned' || value.type === 'excluded') && !isTarget(value.target)) return undefined
  return cleanRecord(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
