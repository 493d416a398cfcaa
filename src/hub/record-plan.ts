import type {Actor} from '../model/actor.ts'
import {HubspokeError, toFailure} from '../model/failure.ts'
import type {Ledger, LedgerEntry} from '../model/ledger.ts'
import type {RunFacts} from '../model/run-facts.ts'
import {type Target, targetKey} from '../model/target.ts'
import type {HubDeps, Proposal, RunRequest} from './contract.ts'

/**
 * Opens the ledger and puts the whole plan on disk: a run that cannot do so does not begin.
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
    await ledger?.close()
    const {message, suggestions} = toFailure(error)
    throw new HubspokeError('usage', `Nothing was written: ${message}`, {suggestions})
  }
}

function entriesOf(
  {id, spoke, startedAt, stamp, retryOf, reason, ...request}: RunRequest & Pick<RunFacts, 'startedAt'>,
  proposal: Proposal,
  by: Actor | undefined,
): readonly LedgerEntry[] {
  const {discovery, waves, excluded, sameCluster, unreached = []} = proposal
  const targets = [...proposal.targets, ...unreached.map(({target}) => target)]
  const servers = new Map(discovery.readings.map(({context}) => [context.name, context.server]))
  const waveOf = new Map(waves.flatMap((wave, index) => wave.map((target) => [target, {wave: index + 1}] as const)))
  const beforeOf = ({uid}: Target) => {
    const before = request.before?.get(uid)
    return before && {before}
  }
  return [
    {
      type: 'run',
      schemaVersion: 1,
      id,
      verb: spoke.verb,
      startedAt: startedAt.toISOString(),
      arguments: request.arguments,
      stamp,
      targets: targets.length,
      ...(retryOf && {retryOf: retryOf.id}),
      ...(reason !== undefined && {reason}),
      ...(request.options && {options: request.options}),
      ...(by && {by}),
      ...(request.place && {place: request.place}),
      ...(retryOf === undefined && {scope: discovery.scope}),
      ...(sameCluster.length > 0 && {sameCluster: sameCluster.map(({contexts}) => contexts)}),
    },
    ...excluded.map((exclusion) => ({type: 'excluded' as const, ...exclusion})),
    ...targets.map((target) => ({
      type: 'planned' as const,
      target,
      server: servers.get(target.context) ?? '',
      ...beforeOf(target),
      ...waveOf.get(target),
    })),
    ...unreached.map(({target, ...result}) => ({type: 'result' as const, target: targetKey(target), result})),
  ]
}
