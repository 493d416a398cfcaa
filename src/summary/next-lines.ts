import {groupTroubles} from './group-troubles.ts'
import {paletteFor} from './palette.ts'
import type {TroubleSection} from './trouble-lines.ts'
import type {ViewOptions} from './view-options.ts'

const commandsShown = 5
/** Commands shown per step and kind of problem: after three contexts the pattern is clear. */
const placesShown = 3

/** The suggested steps for places with the same problem, the most useful one first. */
export type NextSteps = readonly (readonly string[])[]

/** The suggestions of each group of troubles. */
export function suggestionsOf(sections: readonly TroubleSection[]): readonly NextSteps[] {
  return sections.flatMap(({troubles}) =>
    groupTroubles(troubles).map((group) => group.troubles.map(({suggestions}) => suggestions)),
  )
}

/**
 * The next commands to type, each once: the first step of every kind of trouble, then the same for two more of its places,
 * before the second step of any. Those that come after all others are always shown.
 */
export function nextLines(
  groups: readonly NextSteps[],
  options: ViewOptions,
  atLast: readonly string[] = [],
): readonly string[] {
  const palette = paletteFor(options.color)
  const {placed = (command) => command} = options
  const line = (command: string) => `  ${palette.command(options.printable(placed(command)))}`
  const all = new Set(groups.flat(2))
  if (all.size + atLast.length === 0) return []
  const shown = [...new Set(inTurn(groups))].slice(0, commandsShown)
  const rest = all.size - shown.length
  return [
    'Next:',
    ...shown.map(line),
    ...(rest > 0 ? [palette.quiet(`  … and ${rest} more; -o json has them all.`)] : []),
    ...atLast.map(line),
  ]
}

function inTurn(groups: readonly NextSteps[]): readonly string[] {
  const steps = groups.flat().reduce((most, {length}) => Math.max(most, length), 0)
  return indices(steps).flatMap((step) => {
    const ofGroups = groups.map((places) => [...new Set(places.flatMap((place) => place.slice(step, step + 1)))])
    return indices(placesShown).flatMap((at) => ofGroups.flatMap((commands) => commands.slice(at, at + 1)))
  })
}

const indices = (length: number) => Array.from({length}, (_, index) => index)
