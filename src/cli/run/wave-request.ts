import type {Gate, GateAnswer, WaveEnd} from '../../distribution/waves/between-waves.ts'
import {parseWaves, planWaves, type WaveUnit} from '../../distribution/waves/plan-waves.ts'
import {HubspokeError} from '../../model/failure.ts'
import {type Plan, targetName} from '../../model/target.ts'
import type {Wave} from '../../model/wave.ts'
import {formatDuration, parseDuration} from '../../shared/duration.ts'
import {printable} from '../../shared/printable.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'

export interface WaveFlags {
  readonly waves?: string | undefined
  readonly 'wave-by': WaveUnit
  /** A duration, or `ask`. */
  readonly pause?: string | undefined
  readonly wait: boolean
  readonly 'dry-run'?: string | undefined
}

/** Whoever waits longer than this has forgotten the run. */
const longestPauseMs = 24 * 3_600_000

const namesShown = 3

/** What "wait longer" means without a duration of its own. */
const defaultWaitMs = 60_000

/**
 * Are these flags possible together? Told before a cluster is reached.
 *
 * @throws HubspokeError of class `usage`
 */
export function requirePossibleWaves(flags: WaveFlags, {terminal}: Pick<Runtime, 'terminal'>): void {
  if (flags.waves === undefined) {
    if (flags.pause === undefined) return
    throw new HubspokeError('usage', '--pause is the time between two waves, and there are no --waves.', {
      suggestions: [`--waves 1,10%,50%,100% --pause ${flags.pause}`],
    })
  }
  parseWaves(flags.waves)
  if (!flags.wait) {
    throw new HubspokeError(
      'usage',
      'A wave waits for the health of the one before it: --waves and --no-wait exclude each other.',
    )
  }
  if (flags.pause === 'ask' && !terminal && !flags['dry-run']) {
    throw new HubspokeError(
      'usage',
      'There is no terminal to ask on between the waves (--pause ask). Nothing was written.',
      {
        suggestions: ['--pause 5m  to watch the health of each wave for so long'],
      },
    )
  }
}

/** The waves of a plan; none where none are wanted. */
export function wavesOf(targets: Plan, flags: Pick<WaveFlags, 'waves' | 'wave-by'>): readonly Wave[] {
  return flags.waves === undefined ? [] : planWaves(targets, flags.waves, flags['wave-by'])
}

/** What `--pause` says, in milliseconds; 0 where it says to ask. Undefined when it is neither. */
export function pauseMs(text: string): number | undefined {
  if (text === 'ask') return 0
  const ms = parseDuration(text)
  return ms !== undefined && ms <= longestPauseMs ? ms : undefined
}

/** Asks after each wave, where `--pause ask` says so and something is written. */
export function waveGate(
  flags: Pick<WaveFlags, 'pause' | 'dry-run'>,
  {terminal, stderr}: Pick<Runtime, 'terminal' | 'stderr'>,
  session: Pick<Session, 'aside'>,
): Gate | undefined {
  if (flags.pause !== 'ask' || flags['dry-run'] || !terminal) return undefined
  return (end, signal) =>
    session.aside(async () => {
      stderr.write(`${printable(endSentence(end))}\n`)
      const question = 'Continue, wait longer, or abort? [c, w, w 10m, a] '
      for (;;) {
        const typed = await terminal.ask(question, signal)
        // The input has ended, or the run has stopped.
        if (typed === undefined) return {say: 'abort'}
        const answer = gateAnswer(typed)
        if (answer !== undefined) return answer
        stderr.write('Please answer c, w (with a duration of up to 24h, if you like) or a.\n')
      }
    })
}

function endSentence({wave, of, ended, troubled}: WaveEnd): string {
  const names = troubled.slice(0, namesShown).map(targetName).join(', ')
  const rest = troubled.length > namesShown ? ` and ${troubled.length - namesShown} more` : ''
  const sentence = `Wave ${wave} of ${of} has ended: ${ended - troubled.length} of ${ended} targets so far are in the desired state`
  return troubled.length === 0 ? `${sentence}.` : `${sentence}; trouble in ${names}${rest}.`
}

/** `c`, `wait`, `w 10m`, `abort`: undefined when it is none of them. */
function gateAnswer(typed: string): GateAnswer | undefined {
  const [word = '', duration, ...rest] = typed.trim().toLowerCase().split(/\s+/)
  if (rest.length > 0 || word === '') return undefined
  if ('wait'.startsWith(word)) {
    const ms = duration === undefined ? defaultWaitMs : pauseMs(duration)
    return ms === undefined || ms === 0 ? undefined : {say: 'wait', ms}
  }
  if (duration !== undefined) return undefined
  if ('continue'.startsWith(word)) return {say: 'go'}
  return 'abort'.startsWith(word) ? {say: 'abort'} : undefined
}

/** For the plan: `5m`, `ask`, or nothing. */
export function pauseWords({pause}: Pick<WaveFlags, 'pause'>): string | undefined {
  return pause === undefined || pause === 'ask' ? pause : formatDuration(pauseMs(pause) ?? 0)
}
