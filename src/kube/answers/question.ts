import type {Resource} from './resource.ts'

/**
 * What a server is asked for, and how its answer is recognised. A request cannot be sent without one: no answer is used
 * because of its number, or because it is JSON.
 */
export interface Question<T> extends Topic {
  readonly path: string
  /** The form of the answer, where the server offers others; default: the object itself. */
  readonly accept?: string
  /** The value of the answer to this question, or why it is none. */
  read(body: unknown): T | Unexpected
}

/** What a question is about: a refusal that names something else is not its answer. */
export interface Topic {
  readonly about: About
}

export interface About {
  /** Undefined: no resource, as of `/version`. */
  readonly resource?: Resource
  readonly namespace?: string | undefined
  /** Undefined: all of them, or one that has no name yet. */
  readonly name?: string
  /** What a `Status` of reason NotFound may say does not exist. A collection always exists. */
  readonly mayMiss: readonly ('object' | 'namespace')[]
  /** A NotFound without details counts, too: what follows it is a create or a list, which shows whether it was true. */
  readonly bareNotFound?: true
}

/** Why an answer is not the one that was asked for; part of a sentence, safe to print. */
export class Unexpected {
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}
