/** Thrown after a failure was printed and its exit code set: there is nothing left to say. */
export class AlreadyReported extends Error {
  override readonly name = 'AlreadyReported'
}
