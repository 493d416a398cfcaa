import type {HubEvent, OnEvent} from '../../model/event.ts'
import type {Progress} from '../../progress/progress.ts'

/** The progress display of a session, and how the terminal is lent to another program. */
export interface LentTerminal {
  /** While the terminal is lent, events are kept; they are shown afterwards, in their order. */
  readonly onEvent: OnEvent
  /** Clears progress off the screen, shows nothing until `use` has ended, and shows it again. */
  lend<Result>(use: () => Promise<Result>): Promise<Result>
}

export function lendTerminal(progress: Progress): LentTerminal {
  let borrowers = 0
  let kept: HubEvent[] = []
  const giveBack = (): void => {
    borrowers--
    if (borrowers > 0) return
    // Before the events: one of them may end what was drawn.
    progress.resume()
    for (const event of kept) progress.onEvent(event)
    kept = []
  }
  return {
    onEvent(event) {
      if (borrowers > 0) kept.push(event)
      else progress.onEvent(event)
    },
    async lend(use) {
      borrowers++
      try {
        await progress.pause()
        return await use()
      } finally {
        giveBack()
      }
    },
  }
}
