import type {PlannedCluster, PlanView} from '../model/plan-view.ts'
import {withoutLockSentences} from '../model/run-lock.ts'
import {workloadKinds} from '../model/workload.ts'
import {formatDuration} from '../shared/duration.ts'
import {countOf, someOf} from '../shared/words.ts'
import {cachedOnlyLines} from './cached-only-lines.ts'
import {renderColumns} from './columns.ts'
import {clusterEntry, excludedEntries, scopeEntry} from './entries.ts'
import {shortImage} from './image-words.ts'
import {paletteFor} from './palette.ts'
import {markLines} from './plan-marks.ts'
import {excludedLines, reasonLines, scopeLines, unreadSections} from './report-lines.ts'
import {retryLines} from './retry-lines.ts'
import {labelIn, targetEntry} from './target-names.ts'
import {type TroubleSection, troubleLines} from './trouble-lines.ts'
import {contextIn, namesIn, showingContexts, showsAll, type ViewOptions} from './view-options.ts'
import {waveLines} from './wave-lines.ts'
import {wrapText} from './wrap-text.ts'

const namesShown = 5
const targetsShown = 20

/**
 * A plan for people, before the prompt: contexts that were not read and targets that will be refused
 * first, then one row per cluster, the images that matched, what is left out, and the number of targets. It ends
 * without a question: the caller adds it.
 */
export function renderPlan(plan: PlanView, wholeNames: ViewOptions): string {
  const options = showingContexts(wholeNames, [...plan.scope.contexts, ...plan.scope.contextsLeftOut])
  const palette = paletteFor(options.color)
  const unread = plan.notRead.map(({context}) => context.name)
  const lines = [
    ...wrapText(`Plan: ${options.printable(headingOf(plan))}`, options.width).map(palette.heading),
    ...reasonLines(plan.reason, options),
    '',
    ...withoutLockLines(plan, options),
    ...retryLines(plan, options),
    ...troubleSections(plan).flatMap((section) => troubleLines(section, options)),
    ...clusterLines(plan, options),
    ...targetLines(plan, options),
    ...protectedLines(plan, options),
    ...contextsFromLines(plan, options),
    ...sharedClusterLines(plan, options),
    ...imageLines(plan, options),
    ...waveLines(plan, options),
    ...undoLines(plan, options),
    ...markLines(plan, options),
    ...excludedSection(plan, options),
    ...cachedOnlyLines(plan.cachedOnly, options),
    ...scopeLines(scopeEntry(plan.scope), unread, options),
    ...wrapText(totalLine(plan), options.width).map(palette.heading),
    ...consentLines(plan, options),
  ]
  return `${lines.join('\n')}\n`
}

function headingOf({text, retry, scope: {targetsOf}}: PlanView): string {
  if (retry !== undefined) return `retry the run ${retry.runId}: ${text.unfinished}`
  return targetsOf?.type === 'file' ? `${text.heading}, among the targets of ${targetsOf.name}` : text.heading
}

function troubleSections({notRead, refused}: PlanView): readonly TroubleSection[] {
  return [
    ...unreadSections(notRead.map((reading) => clusterEntry(reading))),
    {
      word: 'WILL BE REFUSED',
      noun: 'target',
      tone: 'failure',
      troubles: refused.map(({target, failure}) => ({
        name: target.label,
        class: failure.class,
        message: failure.message,
        note: '',
        suggestions: failure.suggestions,
      })),
    },
  ]
}

function clusterLines({clusters}: PlanView, options: ViewOptions): readonly string[] {
  const withTargets = clusters.filter(({targets}) => targets > 0)
  if (withTargets.length === 0) return []
  const {printable, width, color, wide} = options
  const cells = withTargets.map((cluster) => [
    printable(contextIn(options)(cluster.contexts[0] ?? '')),
    `${cluster.targets}`,
    kindWords(cluster),
    sourceWords(cluster),
    ...(wide ? [printable(cluster.uid), printable(cluster.tierReason ?? '')] : []),
    printable(cluster.server),
  ])
  const columns = [
    {title: 'CONTEXT'},
    {title: 'TARGETS', align: 'right' as const},
    {title: 'KINDS'},
    {title: 'SOURCE'},
    ...(wide ? [{title: 'CLUSTER UID'}, {title: 'WHY'}] : []),
    {title: 'SERVER'},
  ]
  const isUsed = (_: unknown, at: number) => cells.some((row) => row[at] !== '')
  const rows = cells.map((row) => row.filter(isUsed))
  const look = {width: wide ? undefined : width, heading: paletteFor(color).quiet}
  return [...renderColumns(columns.filter(isUsed), rows, look), '']
}

/** The targets that will be written, by name. */
function targetLines({targets, changes}: PlanView, options: ViewOptions): readonly string[] {
  const {wide, color} = options
  if (targets.length === 0) return []
  // One more row takes no more room than the line that says it is missing.
  const shown = wide || targets.length <= targetsShown + 1 ? targets : targets.slice(0, targetsShown)
  const rest = targets.length - shown.length
  return [
    'Targets:',
    ...shown.flatMap((target) => targetLine(labelIn(options, targetEntry(target)), changes?.get(target.key), options)),
    ...(rest > 0 ? [paletteFor(color).quiet(`  … and ${rest} more; -o wide names all.`)] : []),
    '',
  ]
}

/** A change that has no room beside its target is below it. */
function targetLine(
  label: string,
  change: string | undefined,
  {printable, width = Number.POSITIVE_INFINITY}: ViewOptions,
): readonly string[] {
  const line = printable(`  ${change === undefined ? label : `${label}  ${change}`}`)
  if (change === undefined || line.length <= width) return [line]
  return [printable(`  ${label}`), ...wrapText(printable(change), width, '    ')]
}

function consentLines({consent}: PlanView, {printable, width, color}: ViewOptions): readonly string[] {
  return consent === undefined ? [] : wrapText(printable(consent), width).map(paletteFor(color).quiet)
}

/** A forgotten variable must not choose clusters unnoticed. */
function contextsFromLines({contextsFrom}: PlanView, {printable, width, color}: ViewOptions): readonly string[] {
  if (contextsFrom === undefined) return []
  const text = `These contexts were chosen by ${contextsFrom}, not on the command line.`
  return [...wrapText(printable(text), width).map(paletteFor(color).warning), '']
}

/** Each protected cluster with the reason, and entries of config files that protect nothing. */
function protectedLines(
  {protected: clusters = [], notes = []}: PlanView,
  {printable, width, color}: ViewOptions,
): readonly string[] {
  const sentences = clusters.map(({context, because}) => `PROTECTED  ${context}: ${because}.`)
  const lines = [...sentences, ...notes].flatMap((sentence) => wrapText(printable(sentence), width))
  return lines.length === 0 ? [] : [...lines.map(paletteFor(color).warning), '']
}

const shortKinds = {Deployment: 'deploy', StatefulSet: 'sts', DaemonSet: 'ds'} as const

/** `3 deploy, 1 sts`: the short names of kubectl. */
function kindWords({byKind}: PlannedCluster): string {
  return workloadKinds.flatMap((kind) => (byKind[kind] ? [`${byKind[kind]} ${shortKinds[kind]}`] : [])).join(', ')
}

function sourceWords({tier, cacheAgeMs}: PlannedCluster): string {
  return cacheAgeMs === undefined ? (tier ?? '') : `${tier}, ${formatDuration(cacheAgeMs)} old`
}

/** Notes about single clusters: other contexts that point at them, and an identity that could not be read. */
function sharedClusterLines({clusters}: PlanView, {printable, width}: ViewOptions): readonly string[] {
  const shared = clusters
    .filter(({contexts}) => contexts.length > 1)
    .map(
      ({contexts: [first = '', ...others]}) =>
        `${first}: the same cluster as ${someOf(others, namesShown)}; each target is written once.`,
    )
  const replacements = clusters
    .filter(({uidIsFallback}) => uidIsFallback)
    .map(
      ({contexts}) =>
        `${contexts[0] ?? ''}: kube-system may not be read; the fallback identity is a hash of server URL and CA.`,
    )
  const lines = [...shared, ...replacements].flatMap((line) => wrapText(printable(line), width))
  return lines.length === 0 ? [] : [...lines, '']
}

/** In a retry, those that could not be read again are listed separately: they come from its ledger. */
function imageLines({clusters, retry}: PlanView, options: ViewOptions): readonly string[] {
  const recorded = clusters.map(({contexts, recordedImages = []}) => ({contexts, images: recordedImages}))
  return [
    ...imageSection('Images that match:', clusters, options),
    ...(retry ? imageSection(`Images when run ${retry.runId} was planned:`, recorded, options) : []),
  ]
}

function imageSection(
  heading: string,
  clusters: readonly Pick<PlannedCluster, 'contexts' | 'images'>[],
  options: ViewOptions,
): readonly string[] {
  const {printable, width} = options
  const places = new Map<string, string[]>()
  for (const {contexts, images} of clusters) {
    for (const image of images) places.set(image, [...(places.get(image) ?? []), contextIn(options)(contexts[0] ?? '')])
  }
  if (places.size === 0) return []
  const imageOf = showsAll(options) ? (image: string) => image : shortImage
  const lines = [...places]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([image, names]) => wrapText(printable(`${imageOf(image)}  in ${namesIn(options, names)}`), width, '  '))
  return [heading, ...lines, '']
}

function undoLines({undoFailed = false}: PlanView, {width}: ViewOptions): readonly string[] {
  if (!undoFailed) return []
  return [...wrapText('If the rollout of a target fails, its previous state is restored (--undo-failed).', width), '']
}

/** Shown first, and once: consent includes running without a lock. */
function withoutLockLines({withoutLock}: PlanView, options: ViewOptions): readonly string[] {
  if (withoutLock.length === 0) return []
  const {printable, width, color, placed = (command) => command} = options
  const commands = [...new Set(withoutLock.flatMap(({suggestions}) => suggestions))]
  const shown = commands.slice(0, showsAll(options) ? commands.length : namesShown)
  const next = shown.map((command) => paletteFor(color).command(`  try: ${printable(placed(command))}`))
  const sentences = withoutLockSentences(withoutLock).flatMap((sentence) => wrapText(printable(sentence), width))
  return [...sentences.map(paletteFor(color).warning), ...next, '']
}

function excludedSection({excluded}: PlanView, options: ViewOptions): readonly string[] {
  const lines = excludedLines(excludedEntries(excluded), options)
  return lines.length === 0 ? [] : [...lines, '']
}

function totalLine({clusters, refused}: PlanView): string {
  const planned = clusters.reduce((sum, {targets}) => sum + targets, 0)
  const places = clusters.filter(({targets}) => targets > 0).length
  const minus = refused.length === 0 ? '' : `, ${refused.length} of them will be refused`
  return `Total ${countOf(planned, 'target')} in ${countOf(places, 'cluster')}${minus}.`
}
