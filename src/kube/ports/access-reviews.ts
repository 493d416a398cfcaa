export interface AccessQuestion {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'
  readonly group: string
  /** `pods`, or a part of it: `pods/log`. */
  readonly resource: string
  /** Undefined: in all namespaces, or a resource that has none. */
  readonly namespace?: string
  readonly name?: string
}

export interface AccessReviews {
  /** One SelfSubjectAccessReview: it writes nothing. */
  mayI(question: AccessQuestion, signal: AbortSignal): Promise<boolean>
  /** One SelfSubjectReview: the user as which the server authenticates this client, safe to print. Servers before 1.28 have none. */
  whoAmI(signal: AbortSignal): Promise<string>
}
