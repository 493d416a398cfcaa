import type {CacheEntry} from '../model/cache-entry.ts'
import type {CacheReport} from '../model/report.ts'
import {formatDuration} from '../shared/duration.ts'
import {bytesOf} from '../shared/words.ts'
import {renderColumns} from './columns.ts'
import {nextLines, suggestionsOf} from './next-lines.ts'
import {type Palette, paletteFor} from './palette.ts'
import {notSelectedLines, verdictLines} from './report-lines.ts'
import {type TroubleSection, troubleLines} from './trouble-lines.ts'
import {contextIn, showingContexts, type ViewOptions} from './view-options.ts'

/** The image cache of every context, as `cache refresh` or `cache watch` wrote it, or `cache show` read it; failures first. */
export function renderCacheTable({caches, contextsLeftOut, verdict}: CacheReport, wholeNames: ViewOptions): string {
  const options = showingContexts(wholeNames, [...caches.map(({context}) => context), ...contextsLeftOut])
  const of = (wanted: (entry: CacheEntry) => boolean) =>
    caches.filter(wanted).map(({context, reason, problem}) => ({
      name: context,
      class: problem?.class ?? '',
      message: problem?.message ?? reason,
      note: '',
      suggestions: problem?.suggestions ?? [],
    }))
  const troubles: TroubleSection[] = [
    {word: 'NOT READ', noun: 'context', tone: 'failure', troubles: of(({state}) => state === 'not-read')},
    {
      word: 'NOT SAVED',
      noun: 'context',
      tone: 'failure',
      troubles: of(({state, problem}) => state !== 'not-read' && problem !== null),
    },
  ]
  const lines = [
    ...troubles.flatMap((section) => troubleLines(section, options)),
    ...cacheLines(caches, options),
    ...nextLines(suggestionsOf(troubles), options),
    ...notSelectedLines(contextsLeftOut, options),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

function cacheLines(caches: readonly CacheEntry[], options: ViewOptions): readonly string[] {
  const {printable, width, color, wide} = options
  const read = caches.filter(({state}) => state !== 'not-read')
  if (read.length === 0) return []
  const palette = paletteFor(color)
  const showsShards = wide || read.some(({shards}) => shards)
  const rows = read.map((entry) => [
    printable(contextIn(options)(entry.context)),
    {text: entry.state, paint: paintState(entry, palette)},
    entry.ageMs === null ? '-' : formatDuration(entry.ageMs),
    numberOr(entry.workloads),
    numberOr(entry.images),
    ...(showsShards ? [numberOr(entry.shards)] : []),
    entry.bytes === null ? '-' : bytesOf(entry.bytes),
    ...(wide ? [entry.builtAt, entry.provenAt, entry.server].map((text) => printable(text ?? '-')) : []),
    printable(entry.problem === null ? entry.reason : ''),
  ])
  const columns = [
    {title: 'CONTEXT'},
    {title: 'CACHE'},
    {title: 'AGE'},
    {title: 'WORKLOADS', align: 'right' as const},
    {title: 'IMAGES', align: 'right' as const},
    ...(showsShards ? [{title: 'SHARDS', align: 'right' as const}] : []),
    {title: 'SIZE', align: 'right' as const},
    ...(wide ? [{title: 'BUILT AT'}, {title: 'PROVEN AT'}, {title: 'SERVER'}] : []),
    {title: 'WHY'},
  ]
  return [...renderColumns(columns, rows, {width: wide ? undefined : width, heading: palette.quiet}), '']
}

function paintState({state, problem}: CacheEntry, palette: Palette): (text: string) => string {
  if (problem !== null) return palette.failure
  return state === 'saved' || state === 'present' || state === 'watched' ? palette.success : palette.warning
}

const numberOr = (value: number | null) => (value === null ? '-' : `${value}`)
