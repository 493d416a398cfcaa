import type {WorkloadEntry} from '../model/report.ts'

const digestShown = 12

/** The image with its digest cut to 12 hexadecimal digits, as registries show it: `web:1.5@sha256:0123456789ab…`. */
export function shortImage(image: string): string {
  const [, name, digits] = /^(.*@?sha256:)([0-9a-f]{64})$/.exec(image) ?? []
  return name === undefined || digits === undefined ? image : `${name}${digits.slice(0, digestShown)}…`
}

/** The images that matched in a workload, each once. */
export function matchedImages({matched}: Pick<WorkloadEntry, 'matched'>): readonly string[] {
  return [...new Set(matched.map(({image}) => image))]
}
