import type {WorkloadEntry} from '../model/workload-entry.ts'

const digestShown = 12

/** The image with its digest cut to 12 hexadecimal digits, as registries show it: `web:1.5@sha256:0123456789ab…`. */
export function shortImage(image: string): string {
  const [, name, digits] = /^(.*@?sha256:)([0-9a-f]{64})$/.exec(image) ?? []
  return name === undefined || digits === undefined ? image : `${name}${digits.slice(0, digestShown)}…`
}

/**
 * The image, or the query, in at most so many columns. The most distinctive parts are kept longest: of a digest the
 * first digits, of a name its end, and of that its beginning: `…/ledger-service:2026.11.…`.
 */
export function imageWithin(image: string, width: number): string {
  if (image.length <= width) return image
  let short = shortImage(image)
  for (let slash = short.indexOf('/'); short.length > width && slash !== -1; slash = short.indexOf('/', 2)) {
    short = `…${short.slice(slash)}`
  }
  return short.length <= width ? short : `${short.slice(0, Math.max(0, width - 1))}…`
}

/** The images that matched in a workload, each once. */
export function matchedImages({matched}: Pick<WorkloadEntry, 'matched'>): readonly string[] {
  return [...new Set(matched.map(({image}) => image))]
}
