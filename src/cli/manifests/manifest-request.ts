import type {Clock} from '../../shared/clock.ts'
import type {Input} from '../process/input.ts'

/** What to read, as typed. */
export interface ManifestRequest {
  /** Files, folders, and `-` for stdin. */
  readonly files: readonly string[]
  /** Folders with a kustomization. */
  readonly kustomizations: readonly string[]
  /** Folders are read with the folders in them. */
  readonly recursive: boolean
}

/** What reading manifests takes from the machine. */
export interface ManifestReaderDeps {
  readonly input: Input
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  /** Aborted: a process that is still running is ended. */
  readonly stop?: AbortSignal
}
