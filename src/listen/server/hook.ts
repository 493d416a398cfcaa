import type {EventSource} from '../sources/source.ts'

/** One source of events, at the path of its own. */
export interface Hook {
  /** The last part of its path: `/hooks/NAME`. */
  readonly name: string
  readonly source: EventSource
  /** Undefined: every request is believed (`--insecure-no-auth`). */
  readonly secret: string | undefined
  /** May an event of this repository be acted on? */
  allows(repository: string): boolean
  /** Requests that are answered in one minute; more are asked to come later. */
  readonly perMinute: number
}
