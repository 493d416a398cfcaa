import type {CachedOnlyEntry, FindReport} from '../model/report.ts'
import type {WorkloadEntry} from '../model/workload-entry.ts'
import {countOf} from '../shared/words.ts'
import {ageWords} from './cached-only-lines.ts'
import {renderColumns} from './columns.ts'
import {imageWithin, matchedImages, shortImage} from './image-words.ts'
import {nearImageLines} from './near-images.ts'
import {nextLines, suggestionsOf} from './next-lines.ts'
import {paletteFor} from './palette.ts'
import {sameClusterLines, scopeLines, sourceLines, unreadSections, verdictLines} from './report-lines.ts'
import {troubleLines} from './trouble-lines.ts'
import {contextIn, showingContexts, type ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

/**
 * The result of `find`: unread contexts, every workload with the image it runs, separately those that only an image
 * cache names, each image reference that matched with its count, what was not searched, the sources, and the verdict as
 * the last line.
 */
export function renderFindTable(report: FindReport, wholeNames: ViewOptions): string {
  const {workloads, cachedOnly, clusters, scope, verdict} = report
  const options = showingContexts(wholeNames, [...scope.contexts, ...scope.contextsLeftOut])
  const troubles = unreadSections(clusters)
  const unread = clusters.filter(({status}) => status !== 'read').map(({context}) => context)
  const lines = [
    ...troubles.flatMap((section) => troubleLines(section, options)),
    ...workloadLines(workloads, options),
    ...cachedOnlyTable(cachedOnly, options),
    ...imageLines(report, options),
    ...sameClusterLines(clusters, options),
    ...scopeLines(scope, unread, options),
    ...sourceLines(clusters, options),
    ...nearImageLines(report.nearImages, options),
    ...nextLines([...suggestionsOf(troubles), [report.suggestions]], options),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

function workloadLines(workloads: readonly WorkloadEntry[], options: ViewOptions): readonly string[] {
  if (workloads.length === 0) return []
  const rows = workloads.map((workload) => [...placeCells(workload, options), ...imageCells(workload, options)])
  return [...titledLines(['CONTEXT', 'NAMESPACE', 'WORKLOAD'], rows, options), '']
}

/** In a table of their own: it is not known whether they still run the image, or still exist. */
export function cachedOnlyTable(entries: readonly CachedOnlyEntry[], options: ViewOptions): readonly string[] {
  if (entries.length === 0) return []
  const count = countOf(entries.length, 'workload')
  const heading = `IN THE IMAGE CACHE ONLY  ${count}, not readable with these credentials`
  const rows = entries.map((entry) => [...placeCells(entry, options), ageWords(entry), ...imageCells(entry, options)])
  return [
    ...wrapText(heading, options.width).map(paletteFor(options.color).warning),
    ...titledLines(['CONTEXT', 'NAMESPACE', 'WORKLOAD', 'AS OF'], rows, options),
    '',
  ]
}

type FoundEntry = Omit<WorkloadEntry, 'uid'>

/** Context, namespace and name of a workload, as cells of a table. */
export function placeCells({context, namespace, kind, name}: FoundEntry, options: ViewOptions): readonly string[] {
  const {printable} = options
  return [printable(contextIn(options)(context)), printable(namespace), `${kind}/${printable(name)}`]
}

/** The images that matched, as cells of a table; with `wide` after their containers. */
export function imageCells(workload: FoundEntry, {printable, width, wide}: ViewOptions): readonly string[] {
  const imageOf = wide || width === undefined ? (image: string) => image : shortImage
  const images = matchedImages(workload).map((image) => `${imageOf(image)}${wide ? '' : besides(workload, image)}`)
  const containers = workload.matched.map(({container, role}) => containerWords(container, role))
  return [...(wide ? [printable(containers.join(', '))] : []), printable(images.join(', '))]
}

function titledLines(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  {width, color, wide}: ViewOptions,
): readonly string[] {
  const before = [...titles, ...(wide ? ['CONTAINER'] : [])].map((title) => ({title}))
  const columns = [...before, {title: 'IMAGE', ...(!wide && width !== undefined && {shorten: oneImageWithin})}]
  return renderColumns(columns, rows, {width: wide ? undefined : width, heading: paletteFor(color).quiet})
}

/** Several images, or one with words behind it, are wrapped. */
function oneImageWithin(text: string, width: number): string {
  return text.includes(' ') ? text : imageWithin(text, width)
}

/** ` (init migrate)`: the container, if only an init container or a sidecar runs the image. */
function besides({matched}: FoundEntry, image: string): string {
  const runners = matched.filter((one) => one.image === image)
  if (runners.some(({role}) => role === 'container')) return ''
  return ` (${runners.map(({container, role}) => `${role} ${container}`).join(', ')})`
}

function containerWords(container: string, role: 'container' | 'init' | 'sidecar'): string {
  return role === 'container' ? container : `${container} (${role})`
}

/** The references that a query matched, if there are several: they show unexpected tags. */
function imageLines({images, workloads}: FindReport, {printable, width, color}: ViewOptions): readonly string[] {
  if (images.length < 2) return []
  const counts = new Map<string, number>()
  for (const image of workloads.flatMap(matchedImages)) counts.set(image, (counts.get(image) ?? 0) + 1)
  const imageOf = width === undefined ? (image: string) => image : shortImage
  return [
    `${paletteFor(color).heading(countOf(images.length, 'image'))} matched:`,
    ...images.flatMap((image) =>
      wrapText(`${printable(imageOf(image))}  (${countOf(counts.get(image) ?? 0, 'workload')})`, width, '  '),
    ),
    '',
  ]
}
