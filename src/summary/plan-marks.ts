import type {Disruption} from '../model/marks.ts'
import {mayPutBackLater, type Owner, ownerKind} from '../model/owner.ts'
import type {MarkedTarget, PlanView} from '../model/plan-view.ts'
import {countOf} from '../shared/words.ts'
import {paletteFor} from './palette.ts'
import {namesIn, type ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

/** The disruption, the broken disruption budgets and the owners of a plan, each in a few lines however many there are. */
export function markLines(
  {marked, budgetsNotRead}: Pick<PlanView, 'marked' | 'budgetsNotRead'>,
  options: ViewOptions,
): readonly string[] {
  const warnings = [
    ...downSentences(marked, options),
    ...budgetSentences(marked, options),
    ...obstacleSentences(marked, options),
    ...notReadSentences(budgetsNotRead, options),
  ]
  const paint = paletteFor(options.color).warning
  const warned = warnings.flatMap((sentence) => wrapText(options.printable(sentence), options.width)).map(paint)
  return [...(warned.length === 0 ? [] : [...warned, '']), ...ownerLines(marked, options)]
}

const isBudget = ({why}: Disruption): boolean => why === 'disruption-budget'

function downSentences(marked: readonly MarkedTarget[], options: ViewOptions): readonly string[] {
  const down = named(marked, (mark) => !isBudget(mark))
  if (down.length === 0) return []
  const are = down.length === 1 ? 'is unavailable during its rollout' : 'are unavailable during their rollouts'
  return [`${countOf(down.length, 'workload')} ${are}: ${namesIn(options, down)}.`]
}

function budgetSentences(marked: readonly MarkedTarget[], options: ViewOptions): readonly string[] {
  const broken = named(marked, isBudget)
  if (broken.length === 0) return []
  const what = broken.length === 1 ? '1 workload breaks' : `${broken.length} workloads break`
  return [`${what} a disruption budget, which rollouts ignore: ${namesIn(options, broken)}.`]
}

/** `eu/shop/Deployment/web (Recreate)` of the targets that have such a mark. */
function named(marked: readonly MarkedTarget[], wanted: (mark: Disruption) => boolean): readonly string[] {
  return marked.flatMap(({target, disruption}) => {
    const messages = disruption.filter(wanted).map(({message}) => message)
    return messages.length === 0 ? [] : [`${target.label} (${messages.join('; ')})`]
  })
}

function obstacleSentences(marked: readonly MarkedTarget[], options: ViewOptions): readonly string[] {
  const held = marked.flatMap(({target, obstacles = []}) =>
    obstacles.length === 0 ? [] : [`${target.label} (${obstacles.map(({message}) => message).join('; ')})`],
  )
  return held.length === 0 ? [] : [`${countOf(held.length, 'workload')} may not roll out: ${namesIn(options, held)}.`]
}

function notReadSentences(notRead: PlanView['budgetsNotRead'], options: ViewOptions): readonly string[] {
  return [...Map.groupBy(notRead, ({failure}) => failure.class)].map(([failureClass, places]) => {
    const names = places.map(({context, namespace}) => (namespace === null ? context : `${context}/${namespace}`))
    return `Disruption budgets not read in ${namesIn(options, names)} (${failureClass}).`
  })
}

function ownerLines(marked: readonly MarkedTarget[], options: ViewOptions): readonly string[] {
  const owned = marked.filter(({owner}) => owner !== null)
  const owners = owned.flatMap(({owner, otherOwners = []}) => (owner === null ? [] : [owner, ...otherOwners]))
  if (owners.length === 0) return []
  const lines = [...Map.groupBy(owners, ownerKind)]
    .sort(([, a], [, b]) => b.length - a.length)
    .flatMap(([kind, of]) =>
      wrapText(options.printable(`${kind}: ${namesIn(options, counted(of))}`), options.width, '  '),
    )
  const have = owned.length === 1 ? 'has' : 'have'
  const later = owners.some(mayPutBackLater) ? ' that may revert the change later' : ''
  return [`${countOf(owned.length, 'target')} ${have} an owner${later}:`, ...lines, '']
}

/** `flux-system/apps (3)`, the largest first. */
function counted(owners: readonly Owner[]): readonly string[] {
  const byName = Map.groupBy(owners, ({namespace, name}) => (namespace === null ? name : `${namespace}/${name}`))
  return [...byName].sort(([, a], [, b]) => b.length - a.length).map(([name, of]) => `${name} (${of.length})`)
}
