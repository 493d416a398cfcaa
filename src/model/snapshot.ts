/**
 * What a write is about to replace, by names that only its verb reads; null: there was nothing. It is what a verb needs to
 * put things back, also in a later run.
 */
export type Snapshot = Readonly<Record<string, string | null>>
