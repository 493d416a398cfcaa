import type {CheckReport} from '../model/check-report.ts'
import type {ListenReport} from '../model/listen-report.ts'
import type {LedgerReport, RunsReport} from '../model/past-runs-report.ts'
import type {PruneReport} from '../model/prune-report.ts'
import type {CacheReport, FindReport, RunReport} from '../model/report.ts'
import type {StatusReport} from '../model/status-report.ts'
import type {ViewOptions} from '../summary/view-options.ts'
import {bareValues, viewsOf, wholeText} from './views.ts'

// The formats of each document. The options of `-o`, its help and the refusal of any other format follow from them: a new format
// is one line here.

const values = () => import('../summary/separated-values.ts')
const names = async () => (await import('../summary/documents.ts')).renderNames

async function nearImages({nearImages}: RunReport | FindReport | StatusReport, options: ViewOptions) {
  return (await import('../summary/near-images.ts')).nearImageLines(nearImages, options)
}

/** Of every command that writes to workloads. */
export const runViews = viewsOf<RunReport>(async () => (await import('../summary/run-table.ts')).renderRunTable, {
  name: bareValues(names, nearImages),
  tsv: bareValues(async () => (await values()).renderRunValues, nearImages),
  junit: wholeText(async () => (await import('../summary/junit.ts')).renderJunit),
})

export const findViews = viewsOf<FindReport>(async () => (await import('../summary/find-table.ts')).renderFindTable, {
  name: bareValues(names, nearImages),
  tsv: bareValues(async () => (await values()).renderFindValues, nearImages),
})

export const statusViews = viewsOf<StatusReport>(
  async () => (await import('../summary/status-table.ts')).renderStatusTable,
  {
    name: bareValues(names, nearImages),
    tsv: bareValues(async () => (await values()).renderStatusValues, nearImages),
  },
)

export const checkViews = viewsOf<CheckReport>(
  async () => (await import('../summary/check-table.ts')).renderCheckTable,
  {tsv: bareValues(async () => (await values()).renderCheckValues)},
)

export const cacheViews = viewsOf<CacheReport>(
  async () => (await import('../summary/cache-table.ts')).renderCacheTable,
  {tsv: bareValues(async () => (await values()).renderCacheValues)},
)

/** Of `runs list`. */
export const runsViews = viewsOf<RunsReport>(async () => (await import('../summary/runs-table.ts')).renderRunsTable, {
  tsv: bareValues(async () => (await values()).renderRunsValues),
})

/** Of `runs show`. */
export const ledgerViews = viewsOf<LedgerReport>(
  async () => (await import('../summary/ledger-table.ts')).renderLedgerTable,
  {tsv: bareValues(async () => (await values()).renderLedgerValues)},
)

export const pruneViews = viewsOf<PruneReport>(async () => (await import('../summary/prune-table.ts')).renderPruneTable)

export const listenViews = viewsOf<ListenReport>(
  async () => (await import('../summary/listen-table.ts')).renderListenTable,
)
