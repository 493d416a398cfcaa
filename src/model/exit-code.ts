/** Every exit code of hubspoke: the one table that help and `docs/exit-codes.md` are generated from. */
export const exitCodes = {
  ok: {code: 0, means: 'every selected context was read in full, and every planned target is in the desired state'},
  'target-failed': {code: 1, means: 'at least one target failed, was refused, is unverified, or could not be acted on'},
  usage: {code: 2, means: 'wrong usage or configuration; nothing was written'},
  'nothing-matched': {code: 3, means: 'nothing matched (0 with --allow-empty)'},
  'context-not-read': {
    code: 4,
    means: 'a context was unreachable, unauthenticated, forbidden or read only in part, and no target failed',
  },
  'stopped-early': {code: 5, means: 'stopped early with targets left not-run, or the ledger is incomplete'},
  locked: {code: 6, means: 'another run holds the lock; nothing was written'},
  declined: {code: 7, means: 'declined at the prompt or between waves'},
  bug: {code: 70, means: 'a bug in hubspoke'},
  'hung-up': {code: 129, means: 'hung up, after the summary was printed'},
  interrupted: {code: 130, means: 'interrupted, after the summary was printed'},
  terminated: {code: 143, means: 'terminated, after the summary was printed'},
} as const

export type ExitName = keyof typeof exitCodes

/** The signals that end a run in order, and the exit they lead to. */
export const exitForSignal = {
  SIGHUP: 'hung-up',
  SIGINT: 'interrupted',
  SIGTERM: 'terminated',
} as const satisfies Record<string, ExitName>

export type StopSignal = keyof typeof exitForSignal
