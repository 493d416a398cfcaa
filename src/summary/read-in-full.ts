import type {ClusterReading, Scope} from '../model/cluster.ts'

/** Was everything read that was asked of this context? */
export function wasReadInFull({problem, unread}: ClusterReading): boolean {
  return problem === undefined && unread.length === 0
}

/** Whether every selected context was read in full, so that the answer covers all of them. */
export function wasEveryContextRead(scope: Scope, readings: readonly ClusterReading[]): boolean {
  const read = new Set(readings.filter(wasReadInFull).map(({context}) => context.name))
  return scope.contexts.every((context) => read.has(context))
}
