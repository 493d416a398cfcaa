import {type Failure, HubspokeError, toFailure} from '../../model/failure.ts'
import type {Health} from '../../model/spoke.ts'
import type {Target} from '../../model/target.ts'
import type {WavePlace} from '../../model/wave.ts'
import type {SpokeEnd} from '../spoke-end.ts'
import type {BetweenWaves, RolledOut} from './between-waves.ts'

/**
 * A target that this many checks of one pause find unhealthy has failed. Fewer are tolerated: a target grows, a node
 * joins. The checks add up over the pause, because a crash loop looks healthy between two crashes.
 */
const unhealthyLooks = 3

/** The same for checks that got no answer: a server that is started anew needs a while, and proves nothing about the target. */
const failedLooks = 12

const namesShown = 3

export interface HealthWatch {
  /**
   * Checks everything that was changed and still counts as a success. Resolves with what the next wave has to wait for, as
   * the rest of a sentence; empty when all of it is healthy. Never rejects.
   */
  look(): Promise<string>
}

type Watched = Pick<BetweenWaves, 'spoke' | 'rolledOut' | 'regress' | 'inSlots' | 'stopping'>

/** Checks what the waves until this one have changed, during one pause. */
export function createHealthWatch({wave}: WavePlace, watched: Watched): HealthWatch {
  const {spoke, rolledOut, regress, inSlots, stopping} = watched
  const looks = new Map<string, {unhealthy: number; failed: number}>()
  const looksAt = ({key}: Target) => {
    const known = looks.get(key) ?? {unhealthy: 0, failed: 0}
    looks.set(key, known)
    return known
  }
  const giveUp = async (one: RolledOut, end: SpokeEnd) => {
    if (rolledOut.delete(one.target.key)) await regress(one, end)
    return undefined
  }

  const judge = (one: RolledOut, health: Health): string | undefined | Promise<undefined> => {
    const {target} = one
    if (health.state === 'gone') rolledOut.delete(target.key)
    if (health.state === 'gone' || health.state === 'healthy') return undefined
    const count = looksAt(target)
    count.unhealthy += 1
    if (health.state === 'failed' || count.unhealthy >= unhealthyLooks) {
      return giveUp(one, unhealthyEnd(wave, health.failure))
    }
    return `${target.label}: ${health.failure.message}`
  }
  const judgeFailure = (one: RolledOut, error: unknown): string | Promise<undefined> => {
    const {target} = one
    const failure = toFailure(error)
    const count = looksAt(target)
    count.failed += 1
    if (!(error instanceof HubspokeError) || count.failed >= failedLooks) {
      return giveUp(one, unseenEnd(wave, spoke.inspect(target), failure))
    }
    return `${target.label}: ${failure.message}`
  }

  /** The problem of a target that may become healthy again. */
  const lookAt = async (one: RolledOut): Promise<string | undefined> => {
    const {target, receipt} = one
    const signal = stopping.starts
    try {
      const health = await inSlots(target.place, async () =>
        signal.aborted ? undefined : spoke.recheck?.(target, receipt, signal),
      )
      return health === undefined ? undefined : await judge(one, health)
    } catch (error) {
      return signal.aborted ? undefined : judgeFailure(one, error)
    }
  }

  return {
    async look() {
      const found = await Promise.all([...rolledOut.values()].map(lookAt))
      const unhealthy = found.filter((sentence) => sentence !== undefined)
      const rest = unhealthy.length - namesShown
      return [...unhealthy.slice(0, namesShown), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ')
    },
  }
}

function unhealthyEnd(wave: number, failure: Failure): SpokeEnd {
  const reason = `was rolled out, then unhealthy in the pause after wave ${wave}: ${failure.message}`
  return {outcome: 'failed', reason, failure: {...failure, message: reason}}
}

function unseenEnd(wave: number, inspect: readonly string[], failure: Failure): SpokeEnd {
  const reason = `was rolled out, then could not be read in the pause after wave ${wave}: ${failure.message}`
  const suggestions = [...inspect, ...failure.suggestions]
  return {outcome: 'unverified', reason, failure: {...failure, suggestions}}
}
