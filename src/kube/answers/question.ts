import type {Resource} from './resource.ts'

/**
 * A request and how its answer is recognised. No request is sent without one: a success status, or valid JSON, is not
 * enough for an answer to be used.
 */
export interface Question<T> extends Topic {
  readonly path: string
  /** The form of the answer, where the server offers several; default: the object itself. */
  readonly accept?: string
  /** The value of the answer to this question, or why it is none. */
  read(body: unknown): T | Unexpected
}

/** The object that a question is about: a refusal that names another one is not its answer. */
export interface Topic {
  readonly about: About
}

export interface About {
  /** Undefined: no resource, as for `/version`. */
  readonly resource?: Resource
  readonly namespace?: string | undefined
  /** Undefined: all objects, or one that has no name yet. */
  readonly name?: string
  /** Of what a `Status` of reason NotFound may say that it does not exist. A collection always exists. */
  readonly mayMiss: readonly ('object' | 'namespace')[]
  /** A NotFound without details counts, too: a create or a list follows, which shows whether it was true. */
  readonly bareNotFound?: true
}

/** Why an answer is not the expected one; part of a sentence, safe to print. */
export class Unexpected {
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}
