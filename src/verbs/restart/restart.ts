import {canonicalQuery, imageQueryOf, matchingContainers} from '../../image/image-query.ts'
import {textArgument} from '../text-argument.ts'
import type {Verb} from '../verb.ts'
import {targetNeeds} from '../workloads/target-needs.ts'
import {templateSpoke} from '../workloads/template-spoke.ts'
import {decideRestart, type RestartAim} from './restart-decision.ts'

/** An image query as it was typed. */
interface RestartArgs {
  readonly image: string
}

/** `kubectl rollout restart` of every workload that runs an image. */
export const restart: Verb<RestartArgs> = {
  name: 'restart',
  targetType: 'workload',
  retry: 'safe',
  reverts: true,
  parse: (recorded) => ({image: imageQueryOf(textArgument(recorded, 'image')).text}),
  canonical: ({image}) => ({image: canonicalQuery(imageQueryOf(image))}),
  words: ({image}) => [image],
  text: ({image}) => ({
    heading: `restart every workload that runs ${image}`,
    unfinished: `restart what runs ${image} and is not yet in the desired state`,
    question: 'Restart',
    again: 'the restart of',
    target: 'workload',
    place: 'cluster',
  }),
  needs: targetNeeds('restart'),
  before: ({restartedAt}) => (restartedAt === undefined ? undefined : `restartedAt ${restartedAt ?? 'not set'}`),
  spoke({image}, env) {
    const query = imageQueryOf(image)
    const aim: RestartAim = {restartedAt: env.mark, runsImage: (images) => matchingContainers(query, images)}
    return templateSpoke(
      {
        verb: 'restart',
        done: 'Restarted',
        decide: (target, state, isAfterOurs) => decideRestart(target, state, aim, isAfterOurs),
        alreadyDone: 'this run has restarted it already',
      },
      env,
    )
  },
}
