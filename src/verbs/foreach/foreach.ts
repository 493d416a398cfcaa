import {canonicalQuery, imageQueryOf, matchingContainers} from '../../image/image-query.ts'
import {type ClusterTarget, requireInCluster} from '../../model/cluster-target.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Attempt, Settled, Spoke} from '../../model/spoke.ts'
import {isWorkloadTarget, type WorkloadTarget} from '../../model/workload-target.ts'
import {quoted} from '../../shared/problem.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import type {Verb, VerbEnv} from '../verb.ts'
import {gone, recreated} from '../workloads/obstacle.ts'
import {targetNeeds} from '../workloads/target-needs.ts'
import {settledBy} from './command-end.ts'
import type {CommandOrder} from './commands.ts'
import {type ForeachArgs, parseForeachArgs} from './foreach-args.ts'
import {fillIn, shellQuoted, type Values} from './placeholders.ts'

const shell = '/bin/sh'

/** A local command, run once for each target with a kubeconfig of its own. */
export const foreach: Verb<ForeachArgs> = {
  name: 'foreach',
  targetType: ['cluster', 'workload'],
  retry: 'ask',
  replacesPods: false,
  reverts: false,
  dryRunsOnServer: false,
  parse: parseForeachArgs,
  canonical: ({image, command, shell}) => ({
    ...(image !== undefined && {image: canonicalQuery(imageQueryOf(image))}),
    ...{command: JSON.stringify(command), shell: `${shell}`},
  }),
  words: ({image, command}) => [...(image === undefined ? [] : [image]), '--', ...command],
  text({image, command}) {
    const words = command.map(shellWord).join(' ')
    const targets = image === undefined ? 'selected context' : `workload that runs ${image}`
    return {
      heading: `run a local command for every ${targets}: ${words}`,
      unfinished: `run a local command where it has not succeeded yet: ${words}`,
      question: 'Run it for',
      again: 'the command for',
      target: image === undefined ? 'context' : 'workload',
      place: 'cluster',
    }
  },
  needs: targetNeeds('foreach'),
  async prepare({command: [program], shell: isScript}, {commands}) {
    const started = isScript ? shell : program
    if (hasPlaceholder(started) || (await commands.exists(started))) return
    const message = `The command ${quoted(started)} does not exist in PATH, or may not be executed. Nothing was started.`
    throw new HubspokeError('usage', message, {suggestions: ['--shell  for a command of the shell']})
  },
  spoke: foreachSpoke,
}

const hasPlaceholder = (word: string) =>
  fillIn(word, {context: '', namespace: '', kind: '', name: '', image: ''}) !== word

function foreachSpoke(args: ForeachArgs, env: VerbEnv): Spoke {
  const {timeoutMs} = env.options
  return {
    async act(target, attempt) {
      const known = requireInCluster(target)
      await env.confirmCluster(known, attempt.signal)
      const reason = isWorkloadTarget(known) ? await obstacleOf(known, args, env, attempt) : undefined
      if (reason !== undefined) return reason
      const result = await env.commands.run(orderOf(known, args, env), () =>
        attempt.writing({startedAt: env.clock.date().toISOString()}),
      )
      return settledBy(result, timeoutMs)
    },
    // The command has ended when `act` has.
    settle: () => Promise.reject(new HubspokeError('internal', 'A command has no end to be watched.')),
    inspect: ({via}) => [kubectlCommand({context: via}, 'get', 'events', '-A')],
  }
}

/** Why the command is not for this workload any more; undefined: it still runs the image. */
async function obstacleOf(
  target: WorkloadTarget,
  {image}: ForeachArgs,
  env: VerbEnv,
  {signal}: Attempt,
): Promise<Settled | undefined> {
  const state = await env.workloads(target).read(target, signal)
  if (state === undefined) return gone
  if (state.uid !== target.uid) return recreated(target)
  const isMatch = image === undefined || matchingContainers(imageQueryOf(image), state.images).length > 0
  return isMatch ? undefined : {outcome: 'skipped', reason: 'it no longer runs the image'}
}

function orderOf(target: ClusterTarget | WorkloadTarget, args: ForeachArgs, {runId, options}: VerbEnv): CommandOrder {
  const {context, clusterUid, server, label} = target
  const values = valuesOf(target)
  const ofTarget = Object.entries(values).map(([name, value]) => [`HUBSPOKE_${name.toUpperCase()}`, value] as const)
  const variables = {
    ...Object.fromEntries(ofTarget),
    HUBSPOKE_CLUSTER_UID: clusterUid,
    HUBSPOKE_SERVER: server,
    HUBSPOKE_RUN_ID: runId,
  }
  return {
    ...{context, label, variables, words: wordsFor(values, args), passedOn: args.passEnv},
    ...{outputFolder: args.outputFolder, timeoutMs: options.timeoutMs},
  }
}

/** The image of a workload is the one that matched, as its pod template spells it; of several, the first. */
function valuesOf(target: ClusterTarget | WorkloadTarget): Values & {readonly context: string} {
  const {context} = target
  if (!isWorkloadTarget(target)) return {context}
  const {namespace, kind, name, matched} = target
  return {context, namespace, kind, name, image: matched[0]?.image ?? ''}
}

function wordsFor(values: Values, {command, shell: isScript}: ForeachArgs): CommandOrder['words'] {
  if (isScript) return [shell, '-c', command.map((word) => fillIn(word, values, shellQuoted)).join(' ')]
  const [program, ...args] = command
  return [fillIn(program, values), ...args.map((word) => fillIn(word, values))]
}
