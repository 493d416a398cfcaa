export interface ExecPluginErrorDetails {
  /** It might have gone better with a user to ask. */
  readonly mayAsk?: boolean
  /** The last line that it wrote to stderr, safe to show. */
  readonly said?: string
  /** It failed by itself, which it may not do when no other plugin runs at the same time. */
  readonly isRetried?: boolean
}

/** Why a plugin handed out nothing. `why` completes the sentence `The command … for the credentials of context …`. */
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
