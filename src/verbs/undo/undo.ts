import {canonicalQuery, imageQueryOf} from '../../image/image-query.ts'
import type {PlanText} from '../../model/plan-view.ts'
import {textArgument} from '../text-argument.ts'
import type {Verb} from '../verb.ts'
import {targetNeeds} from '../workloads/target-needs.ts'
import {undoRunSpoke} from './undo-run.ts'

interface UndoArgs {
  /** The image that the undone run was about. */
  readonly image: string
  /** The run that is undone. */
  readonly run: string
}

const places = {target: 'workload', place: 'cluster', again: 'the undo of'} as const

/** Restores what an earlier run has changed. */
export const undo: Verb<UndoArgs> = {
  name: 'undo',
  targetType: 'workload',
  retry: 'safe',
  reverts: false,
  parse: (recorded) => ({
    run: textArgument(recorded, 'run'),
    image: imageQueryOf(textArgument(recorded, 'image')).text,
  }),
  canonical: ({run, image}) => ({run, image: canonicalQuery(imageQueryOf(image))}),
  words: ({run}) => ['--run', run],
  text: ({run}): PlanText => ({
    heading: `undo the run ${run}: restore what it has changed`,
    unfinished: `restore what the run ${run} has changed and is not yet restored`,
    question: 'Restore',
    ...places,
  }),
  needs: targetNeeds('restart'),
  spoke: ({run}, env) => undoRunSpoke(run, env),
}
