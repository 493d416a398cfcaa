import type {Happening} from '../../sandbox/scenario/play-scenario.ts'
import {printable} from '../../shared/printable.ts'

/** What happens in a simulated cluster, as one line for its user: `eu-west: crash-loop of shop/checkout begins`. */
export function happeningLine({cluster, what, of}: Happening): string {
  const verb = {begins: 'begins', ends: 'ends', changes: 'is carried out', 'is-refused': 'is refused'}[what]
  return printable(`${cluster}: ${[of.type, subjectOf(of)].filter(Boolean).join(' ')} ${verb}`)
}

function subjectOf(of: Happening['of']): string {
  if (of.type === 'add') return `of ${of.workload.namespace}/${of.workload.name}`
  if (of.type === 'unpullable-image') return `of ${of.image}`
  if (of.type === 'lost-nodes') return of.nodes
  if (of.type === 'answer') return `with ${of.status}`
  if ('name' in of && of.name !== undefined) return `of ${[of.namespace, of.name].filter(Boolean).join('/')}`
  return ''
}
