import type {ImageQuery} from '../../image/image-query.ts'

/** The content of a rules file: what events come from, and what is done about a pushed image. */
export interface RuleFile {
  readonly sources: readonly SourceConfig[]
  /** The first one that matches is used. */
  readonly rules: readonly Rule[]
}

/** Where something of the file begins; both counted from 1. */
interface Placed {
  readonly line: number
  readonly column: number
}

/** A sender of events. Its path is `/hooks/NAME`. */
export interface SourceConfig extends Placed {
  /** Unique, 1 to 40 of `a-z`, `0-9` and `-`. */
  readonly name: string
  /** The format of its events. */
  readonly type: string
  /** The file, or the variable, that holds its secret: at most one of both. */
  readonly secretFile?: string
  readonly secretEnv?: string
  /** Globs over canonical repositories (`ghcr.io/acme/web`); one of them must match. */
  readonly allow: readonly string[]
  /** More requests in a minute are refused. */
  readonly perMinute: number
}

/** Which tags a rule is about: a range of versions, a glob, or a regular expression for the whole tag. */
export type TagRule = {readonly semver: string} | {readonly glob: string} | {readonly regex: string}

/** What is done about a pushed image. Its texts are as they were typed, and valid as values of the flags of the same name. */
export interface Rule extends Placed {
  /** Unique, 1 to 40 of `a-z`, `0-9` and `-`. */
  readonly name: string
  /** It names a repository and no digest; its tag, or glob of tags, limits the pushed tags. */
  readonly image: ImageQuery
  readonly do: 'restart' | 'set-image'
  /** Absent: any tag of `image`. */
  readonly tags?: TagRule
  /** Does a range include prereleases that it does not name? */
  readonly prereleases: boolean
  /** As `-c`. One of these, or a group, includes contexts. */
  readonly contexts: readonly string[]
  /** As `--group`. */
  readonly groups: readonly string[]
  /** As `-n`; none: all. */
  readonly namespaces: readonly string[]
  readonly waves?: string
  readonly pause?: string
  readonly maxFailures?: string
  readonly undoFailed: boolean
  /** Names of contexts of protected clusters that may be written. */
  readonly confirm: readonly string[]
  readonly fresh?: string
  readonly reason?: string
  /** Only plan and report. */
  readonly dryRun: boolean
  /** How long a cluster that cannot be reached is tried again. */
  readonly retryForMs: number
  /** How long an event waits for others of its repository. */
  readonly coalesceMs: number
}
