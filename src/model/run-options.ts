/**
 * How a run was paced and guarded, by the names of its flags: what a retry of it keeps. Durations are in milliseconds.
 * Null: the flag was not used.
 */
export type RunOptions = Readonly<Record<string, string | number | boolean | null>>
