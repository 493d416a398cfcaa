import {HubspokeError} from '../../model/failure.ts'
import type {ProtectionKind} from '../../model/plan-view.ts'
import {printable} from '../../shared/printable.ts'

/** What the config file says. */
export interface ConfigFile {
  readonly path: string
  /** A file that does not exist says nothing. */
  readonly exists: boolean
  /** What is written only when its name was typed or confirmed: of the system-wide file and of this one. */
  readonly protections: readonly Protection[]
  /** Patterns of contexts, by the name of their group. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** Of flags, for every command that has them. */
  readonly defaults: ConfiguredDefaults
  /** Of the flags of one command, by its name as it is typed. */
  readonly commandDefaults: ReadonlyMap<string, CommandDefaults>
  /** The system-wide file, which this one cannot weaken. */
  readonly system: {
    readonly path: string
    /** Values of flags that nothing else may change, by the name of the flag. */
    readonly required: ConfiguredDefaults
  }
}

export const protectionKinds = ['context', 'server', 'clusterUid'] as const satisfies readonly ProtectionKind[]

/** One entry of what a config file protects, and where it stands. */
export interface Protection extends Place {
  readonly kind: ProtectionKind
  /** A glob of names of contexts or of servers; or the UID of a cluster. */
  readonly pattern: string
  readonly path: string
}

/** By the name of the flag. */
export type ConfiguredDefaults = ReadonlyMap<string, ConfiguredDefault>

export interface CommandDefaults extends Place {
  readonly defaults: ConfiguredDefaults
}

/** Where something stands in the config file. */
export interface Place {
  /** `defaults.restart.timeout` */
  readonly key: string
  readonly line: number
}

export interface ConfiguredDefault extends Place {
  readonly values: readonly string[]
  readonly isList: boolean
}

/** What is wrong with a key of the config file, and where that stands. */
export function wrongConfig(
  path: string,
  {key, line}: Place,
  why: string,
  suggestions: readonly string[] = [],
): HubspokeError {
  return new HubspokeError('usage', `"${printable(key)}" in ${printable(path)} (line ${line}) ${why}.`, {suggestions})
}
