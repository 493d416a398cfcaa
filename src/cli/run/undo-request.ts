import {HubspokeError} from '../../model/failure.ts'
import type {Verb} from './verbs.ts'

export interface UndoFlags {
  readonly 'undo-failed': boolean
  readonly wait: boolean
}

/**
 * Can what fails be undone? Told before a cluster is reached.
 *
 * @throws HubspokeError of class `usage`
 */
export function requirePossibleUndo(flags: UndoFlags, {undoes}: Pick<Verb, 'undoes'>, name: string): void {
  if (!flags['undo-failed']) return
  if (!undoes)
    throw new HubspokeError('usage', `What "${name}" has written cannot be undone: there is no --undo-failed.`)
  if (flags.wait) return
  throw new HubspokeError(
    'usage',
    'What is undone is what was seen to fail: --undo-failed and --no-wait exclude each other.',
  )
}
