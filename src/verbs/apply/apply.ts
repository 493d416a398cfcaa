import {requireInCluster} from '../../model/cluster-target.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Part} from '../../model/result.ts'
import type {Spoke} from '../../model/spoke.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import type {Verb, VerbEnv} from '../verb.ts'
import {type ApplyArgs, parseApplyArgs} from './apply-args.ts'
import {applyManifests} from './apply-manifests.ts'
import {applyRemarks} from './apply-remarks.ts'
import {unchangedManifests} from './unchanged-manifests.ts'

/** The longest wait for a CustomResourceDefinition, unless `--timeout` says another one. */
const defaultTimeoutMs = 60_000

/** Server-side apply of manifests: one spoke per cluster, and a result for each object. */
export const apply: Verb<ApplyArgs> = {
  name: 'apply',
  targetType: 'cluster',
  retry: 'safe',
  replacesPods: false,
  reverts: false,
  parse: parseApplyArgs,
  canonical: ({digest, namespace, force}) => ({
    ...{digest, forceConflicts: `${force}`},
    ...(namespace !== undefined && {namespace}),
  }),
  words: ({source: {files, kustomizations, recursive}, namespace, force}) => [
    ...files.flatMap((file) => ['-f', file]),
    ...kustomizations.flatMap((folder) => ['-k', folder]),
    ...(recursive ? ['-R'] : []),
    ...(namespace === undefined ? [] : ['-n', namespace]),
    ...(force ? ['--force-conflicts'] : []),
  ],
  text({contents, source, force}) {
    const from = [...source.files, ...source.kustomizations].join(', ')
    const takes = force ? ', and take over fields of other managers' : ''
    return {
      heading: `apply ${contents}, from ${from}${takes}`,
      unfinished: `apply ${contents}, from ${from}${takes}, where it is not yet in the desired state`,
      question: 'Apply to',
      again: 'the apply to',
      target: 'cluster',
      place: 'cluster',
    }
  },
  // What the objects need is known only from the manifests: a refusal is the result of its object.
  needs: () => [],
  async prepare(args, {manifests}) {
    await unchangedManifests(args, manifests)
  },
  clusterRemarks: applyRemarks,
  spoke: applySpoke,
}

function applySpoke(args: ApplyArgs, env: VerbEnv): Spoke {
  const {timeoutMs = defaultTimeoutMs, dryRun} = env.options
  const reported = new Map<string, Map<string, Part>>()
  return {
    async act(target, attempt) {
      const cluster = requireInCluster(target)
      if (cluster.type !== 'cluster') throw new Error(`${cluster.label} is no cluster`)
      await env.confirmCluster(cluster, attempt.signal)
      const manifests = await unchangedManifests(args, env.manifests)
      const parts = reported.get(target.key) ?? new Map<string, Part>()
      reported.set(target.key, parts)
      return applyManifests({
        ...{manifests, attempt, dryRun, timeoutMs, parts},
        ...{namespace: args.namespace, force: args.force},
        objects: env.objects(cluster),
        context: cluster.context,
        clock: env.clock,
      })
    },
    settle: () => Promise.reject(new HubspokeError('internal', 'An apply has no end to be watched.')),
    inspect: ({via}) => [kubectlCommand({context: via}, 'get', 'events', '-A')],
  }
}
