import {HubspokeError} from '../../model/failure.ts'
import type {RecordedTarget} from '../../model/recorded-run.ts'
import {printable} from '../../shared/printable.ts'
import {someOf} from '../../shared/words.ts'
import {isYes} from '../consent/consent.ts'
import type {Runtime} from '../process/runtime.ts'
import {type SessionFlags, withSession} from '../process/session.ts'
import type {RetryRequest} from './retry-request.ts'

export interface RepeatFlags extends SessionFlags {
  readonly 'repeat-started': boolean
  readonly 'dry-run'?: string | undefined
}

const namesShown = 5

/** The targets of which a retry may repeat what was done: those whose write had begun, in this run or in one that it retries. */
function startedBefore({verb, targets}: Pick<RetryRequest, 'verb' | 'targets'>): readonly RecordedTarget[] {
  if (verb.retry === 'safe') return []
  return targets.filter(({wrote, snapshot}) => wrote !== 'no' || snapshot !== undefined)
}

/**
 * Asks whether to repeat targets that had started, where the verb may do again what was done; the default is No.
 *
 * @throws HubspokeError of class `usage` where it was not said and there is no terminal; of class `declined` for a No
 */
export async function agreeToRepeat(
  retry: Pick<RetryRequest, 'verb' | 'targets' | 'retried'>,
  flags: RepeatFlags,
  runtime: Runtime,
): Promise<void> {
  const started = startedBefore(retry)
  if (started.length === 0 || flags['repeat-started'] || flags['dry-run'] !== undefined) return
  const names = someOf(
    started.map(({target}) => target.label),
    namesShown,
  )
  const {length} = started
  const had = `${length} of ${retry.targets.length} targets had started in the run ${retry.retried.id}: ${names}`
  const {terminal, stderr} = runtime
  if (terminal === undefined) {
    throw new HubspokeError('usage', `${had}. "${retry.verb.name}" may not be safe to repeat. Nothing was started.`, {
      suggestions: ['--repeat-started  to repeat them', '--not-run  for targets that were never started'],
    })
  }
  const question = `Repeat "${retry.verb.name}" for ${length === 1 ? 'it' : `these ${length}`}? [y/N] `
  const answer = await withSession(runtime, flags, ({stop, aside}) =>
    aside(
      () => {
        stderr.write(`${printable(had)}.\n`)
        return terminal.ask(question, stop.signal)
      },
      {beforeWrites: true},
    ),
  )
  if (!isYes(answer)) throw new HubspokeError('declined', 'Declined. Nothing was started.')
}
