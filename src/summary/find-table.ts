import type {FindReport, WorkloadEntry} from '../model/report.ts'
import {renderColumns} from './columns.ts'
import {matchedImages, shortImage} from './image-words.ts'
import {paletteFor} from './palette.ts'
import {nextLines, scopeLines, sourceLines, unreadSections, verdictLines} from './report-lines.ts'
import {suggestionsOf, troubleLines} from './trouble-lines.ts'
import type {ViewOptions} from './view-options.ts'
import {countOf} from './words.ts'
import {wrapText} from './wrap-text.ts'

/**
 * What `find` found: every workload with the image it runs, what could not be read, each image reference that matched
 * with how often, what was not looked at, the sources, and the verdict as the last line.
 */
export function renderFindTable(report: FindReport, options: ViewOptions): string {
  const {workloads, clusters, scope, verdict} = report
  const troubles = unreadSections(clusters)
  const unread = clusters.filter(({status}) => status !== 'read').map(({context}) => context)
  const lines = [
    ...troubles.flatMap((section) => troubleLines(section, options)),
    ...workloadLines(workloads, options),
    ...imageLines(report, options),
    ...scopeLines(scope, unread, options),
    ...sourceLines(clusters, options),
    ...nextLines(suggestionsOf(troubles), options),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

function workloadLines(workloads: readonly WorkloadEntry[], {printable, width, color, wide}: ViewOptions) {
  if (workloads.length === 0) return []
  const imageOf = wide || width === undefined ? (image: string) => image : shortImage
  const rows = workloads.map((workload) => [
    printable(workload.context),
    printable(workload.namespace),
    `${workload.kind}/${printable(workload.name)}`,
    ...(wide
      ? [printable(workload.matched.map(({container, role}) => containerWords(container, role)).join(', '))]
      : []),
    printable(
      matchedImages(workload)
        .map((image) => `${imageOf(image)}${wide ? '' : besides(workload, image)}`)
        .join(', '),
    ),
  ])
  const titles = ['CONTEXT', 'NAMESPACE', 'WORKLOAD', ...(wide ? ['CONTAINER'] : []), 'IMAGE']
  const columns = titles.map((title) => ({title}))
  return [...renderColumns(columns, rows, {width: wide ? undefined : width, heading: paletteFor(color).quiet}), '']
}

/** ` (init migrate)`: where no plain container runs the image, which one does, as nobody would look for it there. */
function besides({matched}: WorkloadEntry, image: string): string {
  const runners = matched.filter((one) => one.image === image)
  if (runners.some(({role}) => role === 'container')) return ''
  return ` (${runners.map(({container, role}) => `${role} ${container}`).join(', ')})`
}

function containerWords(container: string, role: 'container' | 'init' | 'sidecar'): string {
  return role === 'container' ? container : `${container} (${role})`
}

/** The references that a query matched, where they are more than one: a tag that nobody expected is seen here. */
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
