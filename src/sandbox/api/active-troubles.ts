import type {CountedMatch, Trouble} from '../trouble.ts'
import {matchesRequest, type Question} from './request-match.ts'

type TroubleOf<T extends Trouble['type']> = Extract<Trouble, {readonly type: T}>

/** The troubles of one cluster that are active at this moment. */
export class ActiveTroubles {
  readonly #uses = new Map<Trouble, number>()
  readonly #listeners = new Set<(change: 'added' | 'removed') => void>()

  get all(): readonly Trouble[] {
    return [...this.#uses.keys()]
  }

  /** Returns a function that removes it. */
  add(trouble: Trouble): () => void {
    const own = {...trouble}
    this.#uses.set(own, 0)
    this.#notify('added')
    return () => {
      if (this.#uses.delete(own)) this.#notify('removed')
    }
  }

  /** The first trouble of this type that matches the request; one with a count is used up by one. */
  take<T extends 'answer' | 'latency' | 'cut' | 'lost-reply' | 'expired-page-token' | 'silent-watch'>(
    type: T,
    question: Question,
    user: string,
  ): TroubleOf<T> | undefined {
    for (const [trouble, uses] of this.#uses) {
      if (trouble.type !== type || !matchesRequest(trouble as CountedMatch, question, user)) continue
      const {times = Number.POSITIVE_INFINITY} = trouble as CountedMatch
      if (uses >= times) continue
      this.#uses.set(trouble, uses + 1)
      return trouble as TroubleOf<T>
    }
    return undefined
  }

  /** How the cluster is unreachable, if it is. */
  get unreachable(): 'refused' | 'black-hole' | undefined {
    return this.all.find((trouble) => trouble.type === 'unreachable')?.how
  }

  /** Called whenever a trouble is added or removed. */
  subscribe(listener: (change: 'added' | 'removed') => void): void {
    this.#listeners.add(listener)
  }

  #notify(change: 'added' | 'removed'): void {
    for (const listener of this.#listeners) listener(change)
  }
}
