import type {Gate, GateAnswer, WaveEnd} from '../../distribution/waves/between-waves.ts'
import {printable} from '../../shared/printable.ts'
import {parsePause} from '../flags/parse-pause.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'
import type {RunSettings} from './run-settings.ts'

const namesShown = 3

/** What "wait longer" means without a duration of its own. */
const defaultWaitMs = 60_000

/** Asks after each wave, where the settings say so and something is written. */
export function waveGate(
  {asksBetweenWaves, dryRun}: Pick<RunSettings, 'asksBetweenWaves' | 'dryRun'>,
  {terminal, stderr}: Pick<Runtime, 'terminal' | 'stderr'>,
  session: Pick<Session, 'aside'>,
): Gate | undefined {
  if (!asksBetweenWaves || dryRun !== null || !terminal) return undefined
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
  const names = troubled
    .slice(0, namesShown)
    .map(({label}) => label)
    .join(', ')
  const rest = troubled.length > namesShown ? ` and ${troubled.length - namesShown} more` : ''
  const sentence = `Wave ${wave} of ${of} has ended: ${ended - troubled.length} of ${ended} targets so far are in the desired state`
  return troubled.length === 0 ? `${sentence}.` : `${sentence}; trouble in ${names}${rest}.`
}

/** `c`, `wait`, `w 10m`, `abort`: undefined when it is none of them. */
function gateAnswer(typed: string): GateAnswer | undefined {
  const [word = '', duration, ...rest] = typed.trim().toLowerCase().split(/\s+/)
  if (rest.length > 0 || word === '') return undefined
  if ('wait'.startsWith(word)) {
    const ms = duration === undefined ? defaultWaitMs : parsePause(duration)
    return ms === undefined || ms === 0 ? undefined : {say: 'wait', ms}
  }
  if (duration !== undefined) return undefined
  if ('continue'.startsWith(word)) return {say: 'go'}
  return 'abort'.startsWith(word) ? {say: 'abort'} : undefined
}
