import type {Question} from '../answers/question.ts'

/** A question whose answer is any JSON. */
export function anyAnswer(path: string): Question<unknown> {
  return {path, about: {mayMiss: []}, read: (body) => body}
}
