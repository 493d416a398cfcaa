import type {CachedOnlyEntry} from '../model/report.ts'
import {formatDuration} from '../shared/duration.ts'
import {countOf} from '../shared/words.ts'
import {paletteFor} from './palette.ts'
import {namesIn, placeName, type ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

/** `12m ago`: when the image cache said so. */
export function ageWords({cacheAgeMs}: CachedOnlyEntry): string {
  return cacheAgeMs === null ? '-' : `${formatDuration(cacheAgeMs)} ago`
}

/** What is no target although an image cache names it: the run does less than there is to do, and nobody may see how much. */
export function cachedOnlyLines(entries: readonly CachedOnlyEntry[], options: ViewOptions): readonly string[] {
  if (entries.length === 0) return []
  const names = entries.map((entry) => `${placeName(entry)} (${ageWords(entry)})`)
  const text =
    `Not in the plan, and so not acted on: ${countOf(entries.length, 'workload')} in the image cache only, not readable with these ` +
    `credentials: ${namesIn(options, names)}.`
  return [...wrapText(options.printable(text), options.width).map(paletteFor(options.color).warning), '']
}
