import type {LeaseRecord} from '../kube/ports/leases.ts'
import {formatDuration} from '../shared/duration.ts'
import {printable} from '../shared/printable.ts'
import {holderPhrase, isHeld, requestMs} from './lease-record.ts'

export function noAnswerSentence(context: string): string {
  return `Context "${printable(context)}" did not answer about the lock within ${formatDuration(requestMs)}.`
}

export function lostSentence(context: string, found: LeaseRecord | undefined): string {
  const now = isHeld(found) ? `it is held by ${holderPhrase(found)}` : 'another client has removed it'
  return `The lock in context "${printable(context)}" is lost: ${now}.`
}
