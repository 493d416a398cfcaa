import type {CheckReport} from '../model/check-report.ts'
import type {ErrorReport} from '../model/error-report.ts'
import type {ListenReport} from '../model/listen-report.ts'
import type {LedgerReport, RunsReport} from '../model/past-runs-report.ts'
import type {PruneReport} from '../model/prune-report.ts'
import type {CacheReport, FindReport, RunReport} from '../model/report.ts'
import type {StatusReport} from '../model/status-report.ts'
import type {TargetEntry} from '../model/workload-entry.ts'
import {escapeInJson, escapeInYaml, isPrintable} from '../shared/printable.ts'
import {namesOf} from './target-names.ts'

export type Report =
  | RunReport
  | FindReport
  | StatusReport
  | CheckReport
  | CacheReport
  | RunsReport
  | LedgerReport
  | PruneReport
  | ListenReport
  | ErrorReport

/** The formats of a document. */
export type DocumentFormat = 'json' | 'yaml'

/**
 * A report as a JSON or YAML document, with a line break at its end. The values are exactly those of the report; what a
 * terminal would obey is written as an escape of the format, so that a document is also safe to print.
 */
export const documentRenderers: Readonly<Record<DocumentFormat, (report: Report) => Promise<string>>> = {
  json: async (report) => `${escapeInJson(JSON.stringify(report, undefined, 2))}\n`,
  yaml: renderYaml,
}

export function isDocumentFormat(format: string): format is DocumentFormat {
  return Object.hasOwn(documentRenderers, format)
}

async function renderYaml(report: Report): Promise<string> {
  // Loading yaml takes 45 ms, so it is loaded on demand.
  const {Document, visit} = await import('yaml')
  const document = new Document(report, {aliasDuplicateObjects: false})
  visit(document, {
    Scalar(_, node) {
      // Only double quotes know escapes.
      if (typeof node.value === 'string' && !isPrintable(node.value)) node.type = 'QUOTE_DOUBLE'
    },
  })
  return escapeInYaml(document.toString({lineWidth: 0}))
}

/**
 * One `namespace/Kind/name/context` a line: the workloads found, or the targets of a run, in order. The context comes last,
 * as only it may hold slashes: `IFS=/ read -r namespace kind name context` splits the line.
 */
export function renderNames(
  report: RunReport | FindReport | StatusReport,
  printable: (text: string) => string,
): string {
  const entries: readonly TargetEntry[] = report.type === 'RunReport' ? report.results : report.workloads
  return entries
    .map(namesOf)
    .map(({context, namespace, kind, name}) => `${printable(`${namespace}/${kind}/${name}/${context}`)}\n`)
    .join('')
}
