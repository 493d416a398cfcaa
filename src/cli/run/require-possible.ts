import {HubspokeError} from '../../model/failure.ts'
import type {Verb} from '../../verbs/verb.ts'
import type {Runtime} from '../process/runtime.ts'
import type {WriteFlags} from './run-settings.ts'

/**
 * Are these flags possible together, and with the verb? Checked before a cluster is reached.
 *
 * @throws HubspokeError of class `usage`
 */
export function requirePossible(
  flags: Pick<WriteFlags, 'waves' | 'pause' | 'wait' | 'dry-run' | 'undo-failed'>,
  {name, reverts, dryRunsOnServer = true}: Pick<Verb, 'name' | 'reverts' | 'dryRunsOnServer'>,
  {terminal}: Pick<Runtime, 'terminal'>,
): void {
  requirePossibleWaves(flags, terminal !== undefined)
  if (flags['dry-run'] === 'server' && !dryRunsOnServer) {
    throw usage(
      `No server can check what "${name}" does without doing it: there is no --dry-run server.`,
      '--dry-run client  to see the plan',
    )
  }
  if (!flags['undo-failed']) return
  if (!reverts) throw usage(`What "${name}" has written cannot be undone: there is no --undo-failed.`)
  if (!flags.wait) {
    throw usage('What is undone is what was seen to fail: --undo-failed and --no-wait exclude each other.')
  }
}

function requirePossibleWaves(
  {waves, pause, wait, 'dry-run': dryRun}: Pick<WriteFlags, 'waves' | 'pause' | 'wait' | 'dry-run'>,
  hasTerminal: boolean,
): void {
  if (waves === undefined) {
    if (pause === undefined) return
    throw usage(
      '--pause is the time between two waves, and there are no --waves.',
      `--waves 1,10%,50%,100% --pause ${pause}`,
    )
  }
  if (!wait) {
    throw usage('A wave waits for the health of the one before it: --waves and --no-wait exclude each other.')
  }
  if (pause === 'ask' && !hasTerminal && !dryRun) {
    throw usage(
      'There is no terminal to ask on between the waves (--pause ask). Nothing was written.',
      '--pause 5m  to watch the health of each wave for so long',
    )
  }
}

function usage(message: string, ...suggestions: readonly string[]): HubspokeError {
  return new HubspokeError('usage', message, {suggestions})
}
