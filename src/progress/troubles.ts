import type {ClusterReading} from '../model/cluster.ts'
import {shortContextNames} from '../model/context-names.ts'
import {isInDesiredState, type SpokeResult} from '../model/result.ts'
import type {Target} from '../model/target.ts'
import type {Undo} from '../model/undo.ts'

const troublesKept = 20

export type Troubles = ReturnType<typeof createTroubles>

/** The latest problems. The reason for a wait is listed once, and removed when the wait ends. */
export function createTroubles() {
  let short: ReadonlyMap<string, string> = new Map()
  const shown = (context: string) => short.get(context) ?? context
  const nameOf = ({label, via}: Target) =>
    label.startsWith(`${via}/`) ? `${shown(via)}${label.slice(via.length)}` : label
  let kept: readonly {readonly text: string; readonly holdsUp?: string}[] = []
  const add = (trouble: (typeof kept)[number]) => {
    kept = [...kept, trouble].slice(-troublesKept)
  }
  const forget = (target: Target) => {
    kept = kept.filter(({holdsUp}) => holdsUp !== target.key)
  }
  return {
    tell: (text: string) => add({text}),
    tellOf(target: Target, why: string) {
      forget(target)
      add({text: `${nameOf(target)}: ${why}`, holdsUp: target.key})
    },
    tellEnd(result: SpokeResult) {
      forget(result.target)
      const trouble = troubleOfResult(result, nameOf(result.target))
      if (trouble !== undefined) add({text: trouble})
    },
    forget,
    shown,
    /** Long names of contexts are shortened: a line has little room, and the reason must stay visible. */
    know(contexts: readonly string[]) {
      short = shortContextNames(contexts)
    },
    view: () => ({troubles: kept.map(({text}) => text)}),
  }
}

/** The sentence of a result that needs the attention of the user. */
function troubleOfResult(result: SpokeResult, name: string): string | undefined {
  if (result.outcome === 'not-run' || isInDesiredState(result)) return undefined
  const undone = result.undo === undefined ? '' : `; ${undoSentence(result.undo)}`
  return `${name} ${result.outcome.toUpperCase()}: ${result.reason || (result.failure?.message ?? '')}${undone}`
}

/** The result of an undo: `undone: back to the revision before`. */
export function undoSentence({outcome, reason}: Undo): string {
  return `${{undone: 'undone', 'not-undone': 'NOT UNDONE', unverified: 'UNDO UNVERIFIED'}[outcome]}: ${reason}`
}

/** Why a context was not read in full. */
export function troubleOfReading({problem, unread}: ClusterReading): string | undefined {
  if (problem) return `NOT READ: ${problem.message}`
  const [first] = unread
  return first && `READ IN PART: ${first.failure.message}`
}
