import type {SoakPart} from './parts.ts'

/** How a part ended. Without figures it has shown nothing, and counts as failed. */
export interface PartEnd {
  readonly passed: boolean
  /** In words, e.g. `1000 rounds, 0 mismatches`; or why there are none. */
  readonly figures: string
}

export interface SoakDeps {
  readonly runPart: (part: SoakPart, signal: AbortSignal) => Promise<PartEnd>
  /** One line of the result. */
  readonly print: (line: string) => void
  /** Aborted by Ctrl-C, with the exit code as its reason: the part at work is ended, and no other starts. */
  readonly signal: AbortSignal
  readonly nowMs: () => number
}

/** Runs the parts that are named, or all, one after the other, and resolves to the exit code: 0 only if each passed. */
export async function runSoak(parts: readonly SoakPart[], names: readonly string[], deps: SoakDeps): Promise<number> {
  const unknown = names.filter((name) => !parts.some((part) => part.name === name))
  if (unknown.length > 0) {
    deps.print(`There is no part ${unknown.join(', ')}. There are: ${parts.map(({name}) => name).join(', ')}.`)
    return 2
  }
  const chosen = names.length === 0 ? parts : parts.filter(({name}) => names.includes(name))
  const ended: {readonly part: SoakPart; readonly end: PartEnd}[] = []
  for (const part of chosen) {
    if (deps.signal.aborted) break
    const startedAt = deps.nowMs()
    const end = await deps.runPart(part, deps.signal)
    if (deps.signal.aborted) break
    ended.push({part, end})
    const seconds = Math.round((deps.nowMs() - startedAt) / 1000)
    deps.print(`${part.name}: ${end.passed ? 'passed' : 'FAILED'} in ${seconds} s: ${end.figures}`)
  }
  return conclude(chosen.length, ended, deps)
}

function conclude(
  chosen: number,
  ended: readonly {readonly part: SoakPart; readonly end: PartEnd}[],
  {print, signal}: SoakDeps,
): number {
  const passed = ended.filter(({end}) => end.passed)
  if (passed.length > 0) print('For the documentation:')
  for (const {part, end} of passed) print(`| ${part.title} | ${end.figures} |`)
  const left = chosen - ended.length
  const stopped = left > 0 ? `, ${left} not run to the end` : ''
  print(`${passed.length} passed, ${ended.length - passed.length} failed${stopped}`)
  if (signal.aborted) return typeof signal.reason === 'number' ? signal.reason : 130
  return passed.length === chosen ? 0 : 1
}
