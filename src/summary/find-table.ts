import type {FindReport} from '../model/report.ts'
import {countOf} from '../shared/words.ts'
import {renderAnswer} from './answer-table.ts'
import {matchedImages, shortImage} from './image-words.ts'
import {paletteFor} from './palette.ts'
import type {ViewOptions} from './view-options.ts'
import {imageCells, placeCells, workloadTable} from './workload-table.ts'
import {wrapText} from './wrap-text.ts'

/** The result of `find`: every workload with the image it runs, and each image reference that matched with its count. */
export function renderFindTable(report: FindReport, wholeNames: ViewOptions): string {
  return renderAnswer(report, wholeNames, (options) => ({
    workloads: workloadLines(report, options),
    more: imageLines(report, options),
  }))
}

function workloadLines({workloads}: FindReport, options: ViewOptions): readonly string[] {
  if (workloads.length === 0) return []
  const rows = workloads.map((workload) => [...placeCells(workload, options), ...imageCells(workload, options)])
  return [...workloadTable(['CONTEXT', 'NAMESPACE', 'WORKLOAD'], rows, options), '']
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
