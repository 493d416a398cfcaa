import {type Failure, HubspokeError, toFailure} from '../../model/failure.ts'
import {type Target, targetName} from '../../model/target.ts'
import type {WavePlace} from '../../model/wave.ts'
import {rolloutStatusCommand} from '../kubectl-command.ts'
import type {Health, Written} from '../spoke.ts'
import type {SpokeEnd} from '../spoke-end.ts'
import type {BetweenWaves} from './between-waves.ts'

/**
 * How many looks of one pause may find a target unhealthy, the last of which is one too many. Single ones are forgiven:
 * somebody scales a workload up, a node joins. They add up over the pause, for a crash loop is healthy between two crashes.
 */
const unhealthyLooks = 3

/** The same where the cluster did not answer: a server that is restarted takes its time, and tells nothing of the target. */
const failedLooks = 12

const namesShown = 3

export interface HealthWatch {
  /**
   * Looks at everything that was changed and is still counted as a success. Answers with what the next wave has to wait
   * for, as the rest of a sentence; empty when all of it is healthy. Never rejects.
   */
  look(): Promise<string>
}

type Watched = Pick<BetweenWaves, 'rolledOut' | 'regress' | 'inSlots' | 'stopping'>

/** Watches over what the waves until this one have changed, for one pause. */
export function createHealthWatch({wave}: WavePlace, {rolledOut, regress, inSlots, stopping}: Watched): HealthWatch {
  const looks = new Map<Target, {unhealthy: number; failed: number}>()
  const looksAt = (target: Target) => {
    const known = looks.get(target) ?? {unhealthy: 0, failed: 0}
    looks.set(target, known)
    return known
  }
  const giveUp = async (target: Target, end: SpokeEnd) => {
    const written = rolledOut.get(target)
    rolledOut.delete(target)
    if (written !== undefined) await regress(target, end, written)
    return undefined
  }

  const judge = (target: Target, health: Health): string | undefined | Promise<undefined> => {
    if (health.state === 'gone') rolledOut.delete(target)
    if (health.state === 'gone' || health.state === 'healthy') return undefined
    const count = looksAt(target)
    count.unhealthy += 1
    if (health.state === 'failed' || count.unhealthy >= unhealthyLooks) {
      return giveUp(target, unhealthyEnd(wave, health.failure))
    }
    return `${targetName(target)}: ${health.failure.message}`
  }
  const judgeFailure = (target: Target, error: unknown): string | Promise<undefined> => {
    const failure = toFailure(error)
    const count = looksAt(target)
    count.failed += 1
    if (!(error instanceof HubspokeError) || count.failed >= failedLooks) {
      return giveUp(target, unseenEnd(wave, target, failure))
    }
    return `${targetName(target)}: ${failure.message}`
  }

  /** What is wrong with a target that may become healthy again. */
  const lookAt = async (target: Target, {recheck}: Written): Promise<string | undefined> => {
    const signal = stopping.starts
    try {
      const health = await inSlots(target.clusterUid, async () => (signal.aborted ? undefined : recheck?.(signal)))
      return health === undefined ? undefined : await judge(target, health)
    } catch (error) {
      return signal.aborted ? undefined : judgeFailure(target, error)
    }
  }

  return {
    async look() {
      const found = await Promise.all([...rolledOut].map(([target, written]) => lookAt(target, written)))
      const unwell = found.filter((sentence) => sentence !== undefined)
      const rest = unwell.length - namesShown
      return [...unwell.slice(0, namesShown), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ')
    },
  }
}

function unhealthyEnd(wave: number, failure: Failure): SpokeEnd {
  const reason = `was rolled out, then unhealthy in the pause after wave ${wave}: ${failure.message}`
  return {outcome: 'failed', reason, failure: {...failure, message: reason}}
}

function unseenEnd(wave: number, target: Target, failure: Failure): SpokeEnd {
  const reason = `was rolled out, then could not be read in the pause after wave ${wave}: ${failure.message}`
  const suggestions = [rolloutStatusCommand(target), ...failure.suggestions]
  return {outcome: 'unverified', reason, failure: {...failure, suggestions}}
}
