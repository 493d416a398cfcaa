import {canonicalQuery, imageQueryOf, matchingContainers} from '../../image/image-query.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {PlanText} from '../../model/plan-view.ts'
import {textArgument} from '../text-argument.ts'
import type {Verb} from '../verb.ts'
import {targetNeeds} from '../workloads/target-needs.ts'
import {revisionChange, undoImageSpoke} from './undo-image.ts'
import {undoRunSpoke} from './undo-run.ts'

/** The names under which a ledger records arguments that are flags: those of the flags. */
export const undoFlags = {toRevision: 'to-revision', overrideOwner: 'override-owner'} as const

type UndoArgs =
  /** What a run has changed; the image is the one that the run was about. */
  | {readonly by: 'run'; readonly run: string; readonly image: string}
  /** What runs an image now. */
  | {
      readonly by: 'image'
      readonly image: string
      readonly toRevision: number | undefined
      readonly overrideOwner: boolean
    }

/** `kubectl rollout undo` of every workload that runs an image, or of all that an earlier run has changed. */
export const undo: Verb<UndoArgs> = {
  name: 'undo',
  targetType: 'workload',
  retry: 'safe',
  reverts: false,
  parse(recorded) {
    const image = imageQueryOf(textArgument(recorded, 'image')).text
    if (recorded.run !== undefined) return {by: 'run', run: textArgument(recorded, 'run'), image}
    const overrideOwner = recorded[undoFlags.overrideOwner] === true
    return {by: 'image', image, toRevision: revisionOf(recorded), overrideOwner}
  },
  canonical(args) {
    const image = canonicalQuery(imageQueryOf(args.image))
    if (args.by === 'run') return {run: args.run, image}
    const {toRevision} = args
    return {image, ...(toRevision !== undefined && {[undoFlags.toRevision]: String(toRevision)})}
  },
  words(args) {
    if (args.by === 'run') return ['--run', args.run]
    const {image, toRevision, overrideOwner} = args
    return [
      image,
      ...(toRevision === undefined ? [] : [`--${undoFlags.toRevision}`, String(toRevision)]),
      ...(overrideOwner ? [`--${undoFlags.overrideOwner}`] : []),
    ]
  },
  text: textOf,
  needs: targetNeeds('undo'),
  change: (args, target, env) => (args.by === 'image' ? revisionChange(args, target, env) : undefined),
  spoke(args, env) {
    if (args.by === 'run') return undoRunSpoke(args.run, env)
    const query = imageQueryOf(args.image)
    return undoImageSpoke({...args, runsImage: (images) => matchingContainers(query, images)}, env)
  },
}

/** @throws HubspokeError of class `usage` for what is no number of a revision */
function revisionOf(recorded: ArgumentsEntry): number | undefined {
  const value = recorded[undoFlags.toRevision]
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw new HubspokeError('usage', `--${undoFlags.toRevision} must be the number of a revision, from 1.`)
}

function textOf(args: UndoArgs): PlanText {
  const places = {target: 'workload', place: 'cluster', again: 'the undo of'} as const
  if (args.by === 'run') {
    const {run} = args
    return {
      heading: `undo the run ${run}: restore what it has changed`,
      unfinished: `restore what the run ${run} has changed and is not yet restored`,
      question: 'Restore',
      ...places,
    }
  }
  const {image, toRevision} = args
  const to = toRevision === undefined ? 'the previous revision' : `revision ${toRevision}`
  return {
    heading: `return every workload that runs ${image} to ${to}`,
    unfinished: `return what ran ${image} and is not yet undone to ${to}`,
    question: 'Undo the last change of',
    ...places,
  }
}
