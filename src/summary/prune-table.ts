import type {RunsReport} from '../model/past-runs-report.ts'
import type {PruneReport} from '../model/prune-report.ts'
import {countOf, listOf} from '../shared/words.ts'
import {paletteFor} from './palette.ts'
import {verdictLines} from './report-lines.ts'
import {runLines} from './runs-table.ts'
import {type TroubleSection, troubleLines} from './trouble-lines.ts'
import type {ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

/** The ledgers to be removed, shown before the prompt. */
export function renderPrunePlan(
  {candidates, kept}: {readonly candidates: RunsReport['runs']; readonly kept: PruneReport['kept']},
  options: ViewOptions,
): string {
  const heading = `Ledgers to be removed: ${candidates.length}. These runs can then no longer be shown or retried.`
  const lines = [
    ...wrapText(heading, options.width).map(paletteFor(options.color).heading),
    ...runLines(candidates, options),
    ...keptLines(kept, options),
  ]
  return `${lines.join('\n')}\n`
}

/** The ledgers that were removed, those that could not be removed, and those that are kept, with reasons. */
export function renderPruneTable({removed, kept, notRemoved, verdict}: PruneReport, options: ViewOptions): string {
  const troubles: TroubleSection = {
    word: 'NOT REMOVED',
    noun: 'ledger',
    tone: 'failure',
    troubles: notRemoved.map(({id, problem}) => ({name: id, note: '', ...problem})),
  }
  const lines = [
    ...troubleLines(troubles, options),
    ...runLines(removed, options),
    ...keptLines(kept, options),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

function keptLines(kept: PruneReport['kept'], {printable, width, color}: ViewOptions): readonly string[] {
  if (kept.length === 0) return []
  const byReason = [...Map.groupBy(kept, ({reason}) => reason)].map(([reason, each]) => `${each.length} ${reason}`)
  const text = `Kept ${countOf(kept.length, 'ledger')}: ${listOf(byReason)}.`
  return wrapText(printable(text), width).map(paletteFor(color).quiet)
}
