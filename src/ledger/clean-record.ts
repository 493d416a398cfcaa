import type {ArgumentsEntry} from '../model/arguments-entry.ts'
import type {Failure} from '../model/failure.ts'
import type {LedgerRecord} from '../model/ledger.ts'
import type {Target} from '../model/target.ts'
import {exactUnlessSecret, shownUrl} from '../shared/external-text.ts'

/**
 * A record as it may be shown and suggested: a ledger is a file, and its text may come from elsewhere. URLs have no user
 * information, and text has no recognisable secrets. Names, arguments, snapshots and receipts stay exact: they are used.
 */
export function cleanRecord(record: LedgerRecord): LedgerRecord {
  switch (record.type) {
    case 'run': {
      const {options, reason, scope, unread} = record
      return {
        ...record,
        options: cleanOptions(options),
        ...(reason !== undefined && {reason: exactUnlessSecret(reason)}),
        ...(scope?.selector !== undefined && {scope: {...scope, selector: exactUnlessSecret(scope.selector)}}),
        ...(unread && {unread: unread.map((one) => ({...one, failure: cleanFailure(one.failure)}))}),
      }
    }
    case 'planned':
    case 'excluded':
      return {...record, target: cleanTarget(record.target)}
    case 'retrying':
      return {...record, reason: exactUnlessSecret(record.reason)}
    case 'result':
      return {...record, result: cleanResult(record.result)}
    case 'part':
      return {...record, part: {...record.part, ...cleanText(record.part)}}
    default:
      return record
  }
}

/** The options of a run, as its ledger is read. */
export function cleanOptions(options: ArgumentsEntry): ArgumentsEntry {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      if (typeof value === 'string') return [name, exactUnlessSecret(value)]
      return [name, Array.isArray(value) ? value.map(exactUnlessSecret) : value]
    }),
  )
}

function cleanTarget(target: Target): Target {
  return 'server' in target && typeof target.server === 'string'
    ? {...target, ...{server: shownUrl(target.server)}}
    : target
}

type Result = Extract<LedgerRecord, {readonly type: 'result'}>['result']

function cleanResult({reason, failure, failedTries, undo, ...result}: Result): Result {
  return {
    ...result,
    ...cleanText({reason, ...(failure && {failure})}),
    ...(failedTries && {
      failedTries: failedTries.map((each) => ({...each, message: exactUnlessSecret(each.message)})),
    }),
    ...(undo && {undo: {...undo, reason: exactUnlessSecret(undo.reason)}}),
  }
}

function cleanText({reason, failure}: Pick<Result, 'reason' | 'failure'>) {
  return {reason: exactUnlessSecret(reason), ...(failure && {failure: cleanFailure(failure)})}
}

function cleanFailure({message, suggestions, ...failure}: Failure): Failure {
  return {
    ...failure,
    message: exactUnlessSecret(message),
    suggestions: suggestions.map(exactUnlessSecret),
  }
}
