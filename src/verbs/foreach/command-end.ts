import {type Failure, HubspokeError} from '../../model/failure.ts'
import type {Settled} from '../../model/spoke.ts'
import {formatDuration} from '../../shared/duration.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {bytesOf} from '../../shared/words.ts'
import type {CommandEnd, CommandResult} from './commands.ts'

/**
 * What the end of a command makes of its target: exit status 0 is a success.
 *
 * @throws HubspokeError for a command that has failed: it is run again if there are retries left
 */
export function settledBy({end, stdout, stderr}: CommandResult, timeoutMs: number | undefined): Settled {
  const said = `${endWords(end, timeoutMs)}${outputWords({stdout, stderr})}`
  if (end.type === 'exited' && end.status === 0) return {outcome: 'succeeded', reason: said}
  const shown = [stderr, stdout].filter(({bytes}) => bytes > 0).map(({path}) => `tail ${shellWord(path)}`)
  const failureClass = end.type === 'timeout' ? 'timeout' : 'command-failed'
  const failed = new HubspokeError(failureClass, said, {observed: true, suggestions: shown.slice(0, 1)})
  if (end.type !== 'stopped') throw failed
  // What was stopped is not run again.
  const failure: Failure = failed.toFailure()
  return {outcome: 'failed', reason: failure.message, failure}
}

function endWords(end: CommandEnd, timeoutMs: number | undefined): string {
  switch (end.type) {
    case 'exited':
      return `exit status ${end.status}`
    case 'killed':
      return `ended by ${end.signal}`
    case 'timeout':
      return `ended by hubspoke: it ran longer than ${formatDuration(timeoutMs ?? 0)} (--timeout)`
    case 'stopped':
      return 'ended by hubspoke before it was done, because the run was stopped'
    default:
      return end satisfies never
  }
}

/** `; output in /…/eu.stdout (12 B)`: where something was printed. */
function outputWords(outputs: Pick<CommandResult, 'stdout' | 'stderr'>): string {
  const printed = [outputs.stdout, outputs.stderr].filter(({bytes}) => bytes > 0)
  const [first, second] = printed
  if (first === undefined) return ''
  const sizes = printed.map(({bytes, isCut}) => `${bytesOf(bytes)}${isCut ? ', kept in part' : ''}`).join(' and ')
  const path = second === undefined ? first.path : first.path.replace(/stdout$/, '{stdout,stderr}')
  return `; output in ${path} (${sizes})`
}
