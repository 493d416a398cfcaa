import type {ArgumentsEntry} from '../model/arguments-entry.ts'

/** The file that named the targets of a run, as sentences name it. Undefined: they were searched. */
export function targetsFileOf({targets}: ArgumentsEntry): string | undefined {
  if (typeof targets !== 'string') return undefined
  return targets === '-' ? 'stdin' : `"${targets}"`
}
