import type {CachedOnlyEntry} from '../model/report.ts'
import {formatDuration} from '../shared/duration.ts'
import {countOf} from '../shared/words.ts'
import {paletteFor} from './palette.ts'
import {namesIn, placeName, type ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

/** `12m ago`: the age of the image cache. */
export function ageWords({cacheAgeMs}: CachedOnlyEntry): string {
  return cacheAgeMs === null ? '-' : `${formatDuration(cacheAgeMs)} ago`
}

/** Workloads of an image cache that are not targets, because they may not be read: the run may be incomplete. */
export function cachedOnlyLines(entries: readonly CachedOnlyEntry[], options: ViewOptions): readonly string[] {
  if (entries.length === 0) return []
  const names = entries.map((entry) => `${placeName(entry)} (${ageWords(entry)})`)
  const text =
    `Not in the plan, and so not acted on: ${countOf(entries.length, 'workload')} in the image cache only, not readable with these ` +
    `credentials: ${namesIn(options, names)}.`
  return [...wrapText(options.printable(text), options.width).map(paletteFor(options.color).warning), '']
}
