export interface ExecPluginErrorDetails {
  /** It might have succeeded with a terminal for prompts. */
  readonly mayAsk?: boolean
  /** The last line of its stderr, safe to print. */
  readonly said?: string
  /** It ended by itself: if other plugins ran at the same time, it may succeed alone. */
  readonly isRetried?: boolean
}

/** Why a plugin printed no credential. `why` completes the sentence `The command … for the credentials of context …`. */
export class ExecPluginError extends Error {
  override readonly name = 'ExecPluginError'
  readonly why: string
  readonly mayAsk: boolean
  readonly said: string
  readonly isRetried: boolean

  constructor(why: string, {mayAsk = false, said = '', isRetried = false}: ExecPluginErrorDetails = {}) {
    super(why)
    this.why = why
    this.mayAsk = mayAsk
    this.said = said
    this.isRetried = isRetried
  }
}
