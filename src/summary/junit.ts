import type {ClusterEntry} from '../model/cluster-entry.ts'
import type {ResultEntry, RunReport} from '../model/report.ts'
import type {ExcludedEntry, TargetEntry} from '../model/workload-entry.ts'
import {printable} from '../shared/printable.ts'
import {whyWords} from './outcome-words.ts'
import {namesOf} from './target-names.ts'

/**
 * A run as JUnit XML: one test suite per context, one test case per target and per part of a target. A target that needs attention is a
 * `failure` of its class, `unverified` is an `error`, and what was not run or needed nothing is `skipped`. A context that
 * was not read in full has a test case that says so: its absent targets must not look like a pass. What was
 * excluded is `skipped`, and the first suite, without a test case, has the verdict with all that is not included.
 *
 * The elements are those that Jenkins, GitLab and GitHub actions read (the Ant JUnit schema).
 */
export function renderJunit(report: RunReport): string {
  const contexts = [
    ...new Set(
      [...report.clusters, ...report.results.map(namesOf), ...report.excluded.map(namesOf)].map(({context}) => context),
    ),
  ]
  const suites = contexts.map((context) => suiteOf(report, context))
  const totals = suites.reduce(
    (sum, {counts}) => ({
      tests: sum.tests + counts.tests,
      failures: sum.failures + counts.failures,
      errors: sum.errors + counts.errors,
      skipped: sum.skipped + counts.skipped,
    }),
    {tests: 0, failures: 0, errors: 0, skipped: 0},
  )
  const name = `hubspoke ${report.run.verb} ${report.run.id}`
  const time = seconds(report.run.durationMs)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({name, ...totals, time})}>`,
    ...verdictLines(report),
    ...suites.flatMap(({lines}) => lines),
    '</testsuites>',
    '',
  ].join('\n')
}

function verdictLines({verdict}: RunReport): readonly string[] {
  const none = {tests: 0, failures: 0, errors: 0, skipped: 0}
  return [
    `  <testsuite${attributes({name: 'verdict', ...none})}>`,
    ...propertyLines({code: verdict.code, sentence: verdict.sentence}),
    '  </testsuite>',
  ]
}

function suiteOf({clusters, results, excluded, run}: RunReport, context: string) {
  const reading = clusters.find((cluster) => cluster.context === context)
  const cases = [
    ...(reading ? unreadCases(reading) : []),
    ...results.filter((one) => namesOf(one).context === context).flatMap(casesOf),
    ...excluded.filter((one) => namesOf(one).context === context).map(excludedCase),
  ]
  const count = (kind: Ending['kind']) => cases.filter(({ending}) => ending.kind === kind).length
  const counts = {tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped')}
  const timestamp = run.startedAt.replace(/(\.\d+)?Z$/, '')
  return {
    counts,
    lines: [
      `  <testsuite${attributes({name: context, ...counts, timestamp})}>`,
      ...propertyLines({
        ...(reading?.uid && {clusterUid: reading.uid, server: reading.server}),
        ...(run.reason !== null && {reason: run.reason}),
      }),
      ...cases.flatMap(({attributes: own, ending}) => caseLines(own, ending)),
      '  </testsuite>',
    ],
  }
}

type Attributes = Readonly<Record<string, string | number>>

interface Ending {
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped'
  readonly type: string
  readonly message: string
}

interface TestCase {
  readonly attributes: Attributes
  readonly ending: Ending
}

function unreadCases({context, problem, unread}: ClusterEntry): readonly TestCase[] {
  const failures = problem ? [problem] : unread.map(({failure}) => failure)
  return failures.map(({class: type, message}) => ({
    attributes: {classname: context, name: 'context is read in full'},
    ending: {kind: 'error', type, message},
  }))
}

/** The target, and each of its parts. */
function casesOf(entry: ResultEntry): readonly TestCase[] {
  const names = caseNames(entry)
  return [
    {attributes: {...names, time: seconds(entry.durationMs)}, ending: endingOf(entry)},
    ...entry.parts.map((part) => ({
      attributes: {classname: `${names.classname}.parts`, name: part.name},
      ending: endingOf({...part, undo: null}),
    })),
  ]
}

function excludedCase(entry: ExcludedEntry): TestCase {
  const {reason, include} = entry
  return {
    attributes: caseNames(entry),
    ending: {kind: 'skipped', type: 'excluded', message: `excluded: ${reason} (${include} includes it)`},
  }
}

function caseNames(entry: TargetEntry) {
  const {context, namespace, kind, name} = namesOf(entry)
  return {classname: namespace === '' ? context : `${context}.${namespace}`, name: `${kind}/${name}`}
}

function endingOf(entry: Pick<ResultEntry, 'outcome' | 'failure' | 'reason' | 'undo'>): Ending {
  const {outcome, failure} = entry
  const message = whyWords(entry)
  if (outcome === 'unverified') return {kind: 'error', type: failure?.class ?? 'unverified', message}
  if (outcome === 'failed' || (outcome === 'skipped' && failure)) {
    return {kind: 'failure', type: failure?.class ?? 'failed', message}
  }
  const kind = outcome === 'skipped' || outcome === 'not-run' ? 'skipped' : 'passed'
  return {kind, type: outcome, message}
}

function caseLines(own: Attributes, {kind, type, message}: Ending): readonly string[] {
  if (kind === 'passed') return [`    <testcase${attributes(own)}/>`]
  const told: Attributes = kind === 'skipped' ? {message} : {type, message}
  return [`    <testcase${attributes(own)}>`, `      <${kind}${attributes(told)}/>`, '    </testcase>']
}

function propertyLines(properties: Attributes): readonly string[] {
  if (Object.keys(properties).length === 0) return []
  const lines = Object.entries(properties).map(([name, value]) => `      <property${attributes({name, value})}/>`)
  return ['    <properties>', ...lines, '    </properties>']
}

function attributes(values: Attributes): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(`${value}`)}"`)
    .join('')
}

const seconds = (ms: number) => (ms / 1000).toFixed(3)

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/**
 * Text inside an attribute. Characters that XML 1.0 forbids even as references (its production 2, `Char`), and those that a
 * terminal would obey, become visible escapes: otherwise the document would not be valid XML.
 */
function escapeXml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => entities[char] ?? char)
}
