import type {WorkloadEntry} from '../model/workload-entry.ts'
import {renderColumns} from './columns.ts'
import {imageWithin, matchedImages, shortImage} from './image-words.ts'
import {paletteFor} from './palette.ts'
import {contextIn, type ViewOptions} from './view-options.ts'

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

/** A table of workloads; its last cells are those of their images. */
export function workloadTable(
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
