import {HubspokeError} from '../../model/failure.ts'

/** The answer, or undefined where the server has said that there is no such object. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof HubspokeError && error.failureClass === 'not-found') return undefined
    throw error
  }
}
