import type {Actor} from '../model/actor.ts'
import type {ClusterReading} from '../model/cluster.ts'
import {HubspokeError, toFailure} from '../model/failure.ts'
import type {Ledger, LedgerEntry} from '../model/ledger.ts'
import type {Proposal} from '../model/proposal.ts'
import type {RunFacts} from '../model/run-facts.ts'
import type {UnreadContext} from '../model/unread-context.ts'
import type {HubDeps, RunRequest} from './contract.ts'

/**
 * Opens the ledger and puts the whole plan on disk: a run that cannot do so does not begin, and leaves no new ledger.
 *
 * @throws HubspokeError of class `usage` when it cannot be written
 */
export async function recordPlan(
  request: RunRequest & Pick<RunFacts, 'startedAt'>,
  proposal: Proposal,
  deps: HubDeps,
): Promise<Ledger> {
  let ledger: Ledger | undefined
  try {
    const opened = await deps.openLedger()
    ledger = opened
    await Promise.all(entriesOf(request, proposal, deps.actor?.()).map((entry) => opened.append(entry)))
    return opened
  } catch (error) {
    await ledger?.discard()
    const {message, suggestions} = toFailure(error)
    throw new HubspokeError('usage', `Nothing was written: ${message}`, {suggestions})
  }
}

function entriesOf(
  request: RunRequest & Pick<RunFacts, 'startedAt'>,
  proposal: Proposal,
  by: Actor | undefined,
): readonly LedgerEntry[] {
  const {id, verb, args, options, unset, startedAt, mark, retryOf, reason, origin, snapshots} = request
  const {discovery, waves, excluded, sameCluster, unreached = []} = proposal
  const targets = [...proposal.targets, ...unreached.map(({target}) => target)]
  const waveOf = new Map(waves.flatMap((wave, index) => wave.map(({key}) => [key, {wave: index + 1}] as const)))
  const unread = discovery.readings.flatMap(unreadContext)
  const snapshotOf = (key: string) => {
    const snapshot = snapshots?.get(key)
    return snapshot && {snapshot}
  }
  return [
    {
      type: 'run',
      schemaVersion: 2,
      id,
      verb,
      startedAt: startedAt.toISOString(),
      args,
      options: {...unset, ...options},
      mark,
      targets: targets.length,
      ...(retryOf && {retryOf: retryOf.id}),
      ...(reason !== undefined && {reason}),
      ...(by && {by}),
      ...(origin && {origin}),
      ...(retryOf === undefined && {scope: discovery.scope}),
      ...(sameCluster.length > 0 && {sameCluster: sameCluster.map(({contexts}) => contexts)}),
      ...(unread.length > 0 && {unread}),
    },
    ...excluded.map((exclusion) => ({type: 'excluded' as const, ...exclusion})),
    ...targets.map((target) => ({
      type: 'planned' as const,
      target,
      ...snapshotOf(target.key),
      ...waveOf.get(target.key),
    })),
    ...unreached.map(({target, ...result}) => ({type: 'result' as const, target: target.key, result})),
  ]
}

function unreadContext({context, problem, unread: [part]}: ClusterReading): readonly UnreadContext[] {
  const failure = problem ?? part?.failure
  return failure === undefined ? [] : [{context: context.name, inPart: problem === undefined, failure}]
}
