import {canonicalQuery, imageQueryOf, matchingContainers} from '../../image/image-query.ts'
import type {AdditionalConfirmation} from '../../model/plan-view.ts'
import {countOf} from '../../shared/words.ts'
import {textArgument} from '../text-argument.ts'
import type {Verb} from '../verb.ts'
import {targetNeeds} from '../workloads/target-needs.ts'
import {parseReplicas, type Replicas, replicasText} from './replicas.ts'
import {scaleChange, scaleRemarks} from './scale-remarks.ts'
import {readScaleSnapshot} from './scale-snapshot.ts'
import {scaleSpoke} from './scale-spoke.ts'

interface ScaleArgs {
  /** An image query as it was typed. */
  readonly image: string
  readonly replicas: Replicas
  readonly overrideOwner: boolean
}

const toZero: AdditionalConfirmation = {
  sentence: 'Scaling to 0 ends every pod of these workloads.',
  answer: 'scale to 0',
  flag: '--confirm-zero',
}

/** `kubectl scale` of every workload that runs an image. */
export const scale: Verb<ScaleArgs> = {
  name: 'scale',
  targetType: 'workload',
  retry: 'safe',
  reverts: true,
  replacesPods: false,
  parse: (recorded) => ({
    image: imageQueryOf(textArgument(recorded, 'image')).text,
    replicas: parseReplicas(textArgument(recorded, 'replicas')),
    overrideOwner: recorded['override-owner'] === true,
  }),
  canonical: ({image, replicas}) => ({image: canonicalQuery(imageQueryOf(image)), replicas: replicasText(replicas)}),
  words: ({image, replicas, overrideOwner}) => [
    ...[image, '--replicas', replicasText(replicas)],
    ...(overrideOwner ? ['--override-owner'] : []),
  ],
  text: ({image, replicas}) => ({
    heading: `scale every workload that runs ${image} ${amount(replicas)}`,
    unfinished: `scale what runs ${image} ${amount(replicas)} and is not yet in the desired state`,
    question: 'Scale',
    again: 'the scaling of',
    target: 'workload',
    place: 'cluster',
    ...(replicas.is === 'number' && replicas.count === 0 && {confirmation: toZero}),
  }),
  needs: targetNeeds('scale'),
  change: scaleChange,
  remarks: scaleRemarks,
  before(snapshot) {
    const before = readScaleSnapshot(snapshot)?.before
    return before === undefined ? undefined : countOf(before, 'replica')
  },
  spoke({image, replicas, overrideOwner}, env) {
    const query = imageQueryOf(image)
    return scaleSpoke({replicas, overrideOwner, runsImage: (images) => matchingContainers(query, images)}, env)
  },
}

function amount(replicas: Replicas): string {
  const text = replicasText(replicas)
  switch (replicas.is) {
    case 'number':
      return `to ${text} ${replicas.count === 1 ? 'replica' : 'replicas'}`
    case 'change':
      return `by ${text} ${Math.abs(replicas.by) === 1 ? 'replica' : 'replicas'}`
    case 'factor':
      return `to ${replicas.thousandths / 1000} times its replicas, rounded up`
    default:
      return replicas satisfies never
  }
}
