import {externalText, ownText} from '../shared/external-text.ts'

/**
 * Why something that we expect to fail did fail: a class for scripts. The word is part of the documents' contract.
 *
 * `timeout` is a server that was reached and did not answer in time, or a rollout that took longer than an explicit `--timeout`;
 * `rollout` a write that was accepted and did not
 * become healthy; `not-restartable` a workload that a restart would not move (paused, `OnDelete`, partition covers all); `not-scalable` one whose number of pods is
 * given by its nodes (a DaemonSet);
 * `command-failed` a command that was run for a target and did not end with exit status 0;
 * `owned` one whose template another controller runs;
 * `other-cluster` a context that points at another cluster than when the run was planned;
 * `reverted` a write that was accepted and changed back by another client.
 */
export const failureClasses = [
  'usage',
  'unreachable',
  'timeout',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'throttled',
  'server-error',
  'rejected',
  'rollout',
  'command-failed',
  'not-restartable',
  'not-scalable',
  'owned',
  'reverted',
  'recreated',
  'other-cluster',
  'locked',
  'declined',
  'internal',
] as const

export type FailureClass = (typeof failureClasses)[number]

/** A failure as a value, as results and documents have it: class, sentence, and the next commands to type. */
export interface Failure {
  readonly class: FailureClass
  readonly message: string
  readonly suggestions: readonly string[]
}

export interface FailureDetails {
  readonly suggestions?: readonly string[]
  /** HTTP status of the answer, when there was one. */
  readonly status?: number
  /** How long the server asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number
  /** The server answered that it did not carry the request out: a write that failed so was certainly not made. */
  readonly refused?: boolean
  /** What was done has ended, and failed: unlike an answer that did not arrive, the outcome is known. */
  readonly observed?: boolean
  /** No server was asked: what is wrong is written down on this machine, and another try would end in the same way. */
  readonly final?: boolean
  /** The fields that other managers own, of a server-side apply that was refused for them. */
  readonly conflicts?: readonly FieldConflict[]
}

export interface FieldConflict {
  /** The name of the field manager: `kubectl-client-side-apply`. */
  readonly manager: string
  /** As the API server writes it: `.spec.replicas`. */
  readonly field: string
}

/**
 * What we expect to go wrong. Anything else that is thrown is a bug.
 *
 * The original error is never kept as `cause`: it may hold response bodies, headers and tokens. Message and suggestions are
 * one line and safe to print, wherever the error is made. A `usage` error quotes what was typed or configured and is
 * `externalText`. Any other is `ownText`, as are suggestions: what others said went through `externalText` before, and names
 * of contexts, namespaces and workloads stay as they are.
 */
export class HubspokeError extends Error {
  override readonly name = 'HubspokeError'
  readonly failureClass: FailureClass
  readonly suggestions: readonly string[]
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined
  readonly refused: boolean
  readonly observed: boolean
  readonly final: boolean
  readonly conflicts: readonly FieldConflict[]

  constructor(failureClass: FailureClass, message: string, details: FailureDetails = {}) {
    super(failureClass === 'usage' ? externalText(message, atMost) : ownText(message, atMost))
    this.failureClass = failureClass
    this.suggestions = (details.suggestions ?? []).map((next) => ownText(next, atMost))
    this.status = details.status
    this.retryAfterMs = details.retryAfterMs
    this.refused = details.refused ?? false
    this.observed = details.observed ?? false
    this.final = details.final ?? false
    this.conflicts = details.conflicts ?? []
  }

  toFailure(): Failure {
    return {class: this.failureClass, message: this.message, suggestions: this.suggestions}
  }
}

/** The failure of an error; an unexpected one is a bug and has only its own sentence. */
export function toFailure(error: unknown): Failure {
  if (error instanceof HubspokeError) return error.toFailure()
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return {class: 'internal', message: `A bug in hubspoke: ${externalText(message, atMost)}`, suggestions: []}
}

/** In UTF-16 units: of a message, or one suggestion, which may name every context of a kubeconfig. */
const atMost = {maxLength: 8_192}

/** Handles a rejection whose failure means `instead`, as `onFileError` does for files. Any other error is a bug and is thrown again. */
export function onFailure<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof HubspokeError) return instead
    throw error
  }
}
