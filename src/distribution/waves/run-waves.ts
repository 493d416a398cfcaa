import type {LedgerEntry} from '../../model/ledger.ts'
import type {SpokeResult} from '../../model/result.ts'
import type {Target} from '../../model/target.ts'
import type {Wave, WaveState} from '../../model/wave.ts'
import type {BetweenWaves} from './between-waves.ts'
import {passGate} from './wave-gate.ts'

/** What the waves of one distribution share. */
export interface WaveRun extends BetweenWaves {
  /** One target to its result; at once where nothing may start any more. Never rejects. */
  start(target: Target): Promise<Pick<SpokeResult, 'outcome'>>
  /** Was a write sent to the target? In a dry run none is. */
  hasWritten(target: Target): boolean
  /** Resolves when the record is on disk (true) or cannot be written any more (false). */
  record(entry: LedgerEntry): Promise<boolean>
}

/**
 * One wave after the other, each to its end; the next one when everything that was changed until then is healthy. Where
 * the run has stopped, the targets of the waves that are left are taken to their results without a try. Never rejects.
 */
export async function runWaves(waves: readonly Wave[], run: WaveRun): Promise<readonly WaveState[]> {
  const states: WaveState[] = []
  for (const [index, wave] of waves.entries()) {
    const place = {wave: index + 1, of: waves.length}
    const held = run.stopping.starts.aborted
    if (!held) {
      run.emit({type: 'wave-started', ...place, targets: wave.length})
      await run.record({type: 'wave-started', wave: place.wave})
    }
    const before = run.rolledOut.size
    const ends = await Promise.all(wave.map(async (target) => ({target, ...(await run.start(target))})))
    // A verb without rollouts has changed a target when its write has succeeded.
    const isChanged = ends.some(({target, outcome}) => outcome === 'succeeded' && run.hasWritten(target))
    const changed = run.rolledOut.size > before || isChanged
    if (!held && place.wave < place.of) await passGate(place, {...run, changed})
    states.push(held ? 'not-started' : run.stopping.starts.aborted ? 'stopped' : 'done')
  }
  return states
}
