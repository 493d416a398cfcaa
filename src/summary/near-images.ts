import type {ClusterReading} from '../model/cluster.ts'
import type {NearImage} from '../model/near-image.ts'
import type {NearImageEntry} from '../model/report.ts'
import {hubspokeCommand} from '../shared/suggested-command.ts'
import {countOf} from '../shared/words.ts'
import {placeOf} from './entries.ts'
import type {ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

const shown = 3

/** Similar images of all clusters together; contexts of one cluster have read the same workloads. */
export function nearImageEntries(readings: readonly ClusterReading[]): readonly NearImageEntry[] {
  const clusters = new Map(readings.map((reading) => [placeOf(reading), reading.near ?? []]))
  const images = new Map<string, NearImage>()
  for (const near of [...clusters.values()].flat()) {
    images.set(near.image, {...near, workloads: near.workloads + (images.get(near.image)?.workloads ?? 0)})
  }
  return [...images.values()]
    .sort((a, b) => a.distance - b.distance || b.workloads - a.workloads || (a.image < b.image ? -1 : 1))
    .slice(0, shown)
    .map(({image, workloads}) => ({image, workloads}))
}

/** The command that finds each of them. `selection`: words that choose where it searches. */
export function nearImageCommands(
  images: readonly NearImageEntry[],
  selection: readonly string[] = [],
): readonly string[] {
  return images.map(({image}) => hubspokeCommand('find', image, ...selection))
}

/** `Did you mean ghcr.io/acme/shop (7 workloads)?` */
export function nearImageLines(images: readonly NearImageEntry[], {printable, width}: ViewOptions): readonly string[] {
  if (images.length === 0) return []
  const words = images.map(({image, workloads}) => `${image} (${countOf(workloads, 'workload')})`)
  return wrapText(printable(`Did you mean ${words.join(', or ')}?`), width)
}
