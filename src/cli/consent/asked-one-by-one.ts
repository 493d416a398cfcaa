import {quoted} from '../../shared/problem.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'
import {isSaid, isYes} from './consent.ts'

/** Asks yes or no, one question at a time. Without a terminal, prior consent counts. */
export function askedOneByOne(
  runtime: Pick<Runtime, 'terminal' | 'env'>,
  session: Session,
  {yes}: {readonly yes: boolean},
): (question: string) => Promise<boolean> {
  const {terminal} = runtime
  let turn: Promise<unknown> = Promise.resolve()
  return (question) => {
    if (yes || !terminal) return Promise.resolve(isSaid(yes, runtime))
    const answer = turn.then(() =>
      session.aside(() => terminal.ask(question, session.stop.signal), {beforeWrites: true}),
    )
    turn = answer
    return answer.then(isYes)
  }
}

/** Names of contexts and namespaces are text of others. */
export function namespaceQuestion(namespace: string, context: string): string {
  return `Create the namespace ${quoted(namespace)} in ${quoted(context)} for its image cache? [y/N] `
}
