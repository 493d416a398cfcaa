import type {Manifest} from '../../manifests/manifest.ts'

/** Where manifests are: files, folders, `-` for standard input, and folders with a kustomization. */
export interface ManifestRequest {
  readonly files: readonly string[]
  readonly kustomizations: readonly string[]
  /** Also the folders inside of folders. */
  readonly recursive: boolean
}

/** Manifests of this machine, as far as verbs need them. */
export interface ManifestReader {
  /**
   * Reads and checks all of them. The same request is read once, so that standard input can be asked for again.
   *
   * Rejects with a `HubspokeError` of class `usage` that names file, line and column.
   */
  read(request: ManifestRequest): Promise<readonly Manifest[]>
}
