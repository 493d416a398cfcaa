import type {Clock} from '../../shared/clock.ts'
import type {Input} from '../process/input.ts'

/** What reading manifests takes from the machine. */
export interface ManifestReaderDeps {
  readonly input: Input
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  /** Aborted: a process that is still running is ended. */
  readonly stop?: AbortSignal
}
