/** Thrown after a failure was printed and its exit code set: nothing more is printed. */
export class AlreadyReported extends Error {
  override readonly name = 'AlreadyReported'
}
