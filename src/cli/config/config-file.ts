import {HubspokeError} from '../../model/failure.ts'
import type {ProtectionKind} from '../../model/plan-view.ts'
import {printable} from '../../shared/printable.ts'
import type {Place, Value} from '../../yaml/yaml-reader.ts'

/** The content of the config file. */
export interface ConfigFile {
  readonly path: string
  /** A file that does not exist is empty. */
  readonly exists: boolean
  /** The protections of the system-wide file and of this one. */
  readonly protections: readonly Protection[]
  /** Patterns of contexts, by the name of their group. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** Defaults of flags, for every command that has them. */
  readonly defaults: ConfiguredDefaults
  /** Defaults for one command, by its name as it is typed. */
  readonly commandDefaults: ReadonlyMap<string, CommandDefaults>
  /** The system-wide file, which this one cannot weaken. */
  readonly system: {
    readonly path: string
    /** Values of flags that no other source may change, by the name of the flag. */
    readonly required: ConfiguredDefaults
  }
}

export const protectionKinds = ['context', 'server', 'clusterUid'] as const satisfies readonly ProtectionKind[]

/** One protection of a config file, and its position. */
export interface Protection extends Place {
  readonly kind: ProtectionKind
  /** A glob of names of contexts or of servers; or the UID of a cluster. */
  readonly pattern: string
  readonly path: string
}

/** By the name of the flag. */
export type ConfiguredDefaults = ReadonlyMap<string, Value>

export interface CommandDefaults extends Place {
  readonly defaults: ConfiguredDefaults
}

/** An error about a key of the config file, with its position. */
export function wrongConfig(
  path: string,
  {key, line}: Place,
  why: string,
  suggestions: readonly string[] = [],
): HubspokeError {
  return new HubspokeError('usage', `"${printable(key)}" in ${printable(path)} (line ${line}) ${why}.`, {suggestions})
}
