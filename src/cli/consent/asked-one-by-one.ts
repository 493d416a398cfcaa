import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'
import {isYes} from './consent.ts'

/** Asks yes or no, one question at a time however many wait; No where nobody can be asked. */
export function askedOneByOne({terminal}: Runtime, session: Session): (question: string) => Promise<boolean> {
  let turn: Promise<unknown> = Promise.resolve()
  return (question) => {
    if (!terminal) return Promise.resolve(false)
    const answer = turn.then(() => session.aside(() => terminal.ask(question, session.stop.signal)))
    turn = answer
    return answer.then(isYes)
  }
}
