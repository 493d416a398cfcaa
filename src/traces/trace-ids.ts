import {createHash} from 'node:crypto'

/** The trace of a run, 32 hexadecimal digits: a function of its id, so that later invocations join it. */
export function traceIdOf(runId: string): string {
  return hashed(['trace', runId]).slice(0, 32)
}

/** A span, 16 hexadecimal digits: a function of what it is about. */
export function spanIdOf(...names: readonly string[]): string {
  return hashed(['span', ...names]).slice(0, 16)
}

/** All zeros would be no valid id; that a hash begins so is less likely than a fault of the machine. */
function hashed(names: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(names)).digest('hex')
}
