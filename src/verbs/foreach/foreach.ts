import {type ClusterTarget, isClusterTarget} from '../../model/cluster-target.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Spoke} from '../../model/spoke.ts'
import type {Target} from '../../model/target.ts'
import {quoted} from '../../shared/problem.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import type {Verb, VerbEnv} from '../verb.ts'
import {settledBy} from './command-end.ts'
import type {CommandOrder} from './commands.ts'
import {type ForeachArgs, parseForeachArgs} from './foreach-args.ts'
import {fillIn, shellQuoted, type Values} from './placeholders.ts'

const shell = '/bin/sh'

/** A local command, run once for each target with a kubeconfig of its own. */
export const foreach: Verb<ForeachArgs> = {
  name: 'foreach',
  targetType: 'cluster',
  retry: 'ask',
  reverts: false,
  dryRunsOnServer: false,
  parse: parseForeachArgs,
  canonical: ({command, shell}) => ({command: JSON.stringify(command), shell: `${shell}`}),
  words: ({command}) => ['--', ...command],
  text: ({command}) => ({
    heading: `run a local command for every selected context: ${command.map(shellWord).join(' ')}`,
    unfinished: `run a local command where it has not succeeded yet: ${command.map(shellWord).join(' ')}`,
    question: 'Run it for',
    again: 'the command for',
    target: 'context',
    place: 'cluster',
  }),
  needs: () => [],
  async prepare({command: [program], shell: isScript}, {commands}) {
    const started = isScript ? shell : program
    if (hasPlaceholder(started) || (await commands.exists(started))) return
    const message = `The command ${quoted(started)} does not exist in PATH, or may not be executed. Nothing was started.`
    throw new HubspokeError('usage', message, {suggestions: ['--shell  for a command of the shell']})
  },
  spoke: foreachSpoke,
}

const hasPlaceholder = (word: string) => fillIn(word, {context: ''}) !== word

function foreachSpoke(args: ForeachArgs, env: VerbEnv): Spoke {
  const {timeoutMs} = env.options
  return {
    async act(target, attempt) {
      const cluster = requireClusterTarget(target)
      await env.confirmCluster(cluster, attempt.signal)
      const result = await env.commands.run(orderOf(cluster, args, env), () =>
        attempt.writing({startedAt: env.clock.date().toISOString()}),
      )
      return settledBy(result, timeoutMs)
    },
    // The command has ended when `act` has.
    settle: () => Promise.reject(new HubspokeError('internal', 'A command has no end to be watched.')),
    inspect: ({via}) => [kubectlCommand({context: via}, 'get', 'events', '-A')],
  }
}

function orderOf(target: ClusterTarget, args: ForeachArgs, {runId, options}: VerbEnv): CommandOrder {
  const {context, clusterUid, server, label} = target
  const variables = {
    HUBSPOKE_CONTEXT: context,
    HUBSPOKE_CLUSTER_UID: clusterUid,
    HUBSPOKE_SERVER: server,
    HUBSPOKE_RUN_ID: runId,
  }
  return {
    ...{context, label, variables, words: wordsFor({context}, args), passedOn: args.passEnv},
    ...{outputFolder: args.outputFolder, timeoutMs: options.timeoutMs},
  }
}

function wordsFor(values: Values, {command, shell: isScript}: ForeachArgs): CommandOrder['words'] {
  if (isScript) return [shell, '-c', command.map((word) => fillIn(word, values, shellQuoted)).join(' ')]
  const [program, ...args] = command
  return [fillIn(program, values), ...args.map((word) => fillIn(word, values))]
}

function requireClusterTarget(target: Target): ClusterTarget {
  if (isClusterTarget(target)) return target
  throw new Error(`${target.label} is a ${target.type}, not a cluster`)
}
