import {HubspokeError, toFailure} from '../model/failure.ts'
import type {Ledger} from '../model/ledger.ts'
import {targetKey} from '../model/target.ts'
import type {HubDeps, Proposal, RunRequest} from './contract.ts'

/**
 * Opens the ledger and puts the whole plan on disk: a run that cannot do so does not begin.
 *
 * @throws HubspokeError of class `usage` when it cannot be written
 */
export async function recordPlan(request: RunRequest, proposal: Proposal, deps: HubDeps): Promise<Ledger> {
  const {discovery, waves, unreached = []} = proposal
  const targets = [...proposal.targets, ...unreached.map(({target}) => target)]
  const servers = new Map(discovery.readings.map(({context}) => [context.name, context.server]))
  const waveOf = new Map(waves.flatMap((wave, index) => wave.map((target) => [target, {wave: index + 1}] as const)))
  try {
    const ledger = await deps.openLedger()
    const {id, spoke, stamp, retryOf} = request
    await Promise.all([
      ledger.append({
        type: 'run',
        schemaVersion: 1,
        id,
        verb: spoke.verb,
        arguments: request.arguments,
        stamp,
        targets: targets.length,
        ...(retryOf && {retryOf: retryOf.id}),
      }),
      ...targets.map((target) =>
        ledger.append({
          type: 'planned',
          target,
          server: servers.get(target.context) ?? '',
          ...waveOf.get(target),
        }),
      ),
      ...unreached.map(({target, ...result}) => ledger.append({type: 'result', target: targetKey(target), result})),
    ])
    return ledger
  } catch (error) {
    const {message, suggestions} = toFailure(error)
    throw new HubspokeError('usage', `Nothing was written: ${message}`, {suggestions})
  }
}
