import type {FailureClass} from '../../model/failure.ts'

export interface CredentialErrorDetails {
  /** Default: `unauthenticated`. */
  readonly failureClass?: FailureClass
  /** Suggestions that help more than looking at the kubeconfig: commands or sentences, safe to print. */
  readonly suggestions?: readonly string[]
  /** The cause is in the kubeconfig, so a retry fails in the same way. Default: yes. */
  readonly final?: boolean
}

/**
 * Why the credentials of a context cannot be used. `why` completes the sentence `There are no credentials for context …:`; it
 * names fields and files, and holds no value of a field.
 */
export class CredentialError extends Error {
  override readonly name = 'CredentialError'
  readonly why: string
  readonly failureClass: FailureClass
  readonly suggestions: readonly string[]
  readonly final: boolean

  constructor(
    why: string,
    {failureClass = 'unauthenticated', suggestions = [], final = true}: CredentialErrorDetails = {},
  ) {
    super(why)
    this.why = why
    this.failureClass = failureClass
    this.suggestions = suggestions
    this.final = final
  }
}
