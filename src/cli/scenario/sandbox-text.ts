import type {Sandbox} from '../../sandbox/sandbox.ts'
import type {Scenario} from '../../sandbox/scenario/scenario.ts'
import {formatDuration} from '../../shared/duration.ts'
import {printable} from '../../shared/printable.ts'
import {demoImage} from '../demonstration.ts'
import {exportCommand} from '../sandbox-session.ts'
import type {ShippedScenario} from './open-scenario.ts'

export interface Up {
  readonly sandbox: Sandbox
  /** Path of the kubeconfig. */
  readonly kubeconfig: string
  /** How this program is typed. */
  readonly typed: string
  /** As it was chosen: a file, or one that ships with hubspoke. */
  readonly name?: string | undefined
  readonly scenario?: Scenario | undefined
}

/** What the user of simulated clusters reads while they are up. */
export function sandboxIsUp({sandbox, kubeconfig, typed, name, scenario}: Up): string {
  const clusters = sandbox.clusters.map(({name, server}) => `  ${printable(name)}  ${server}`)
  const about = scenario?.description === undefined ? [] : ['', printable(scenario.description)]
  const page = name?.startsWith('incident/') ? [`Its runbook: docs/incidents/${name.replace('incident/', '')}.md`] : []
  return [
    `${clusters.length} simulated ${clusters.length === 1 ? 'cluster is' : 'clusters are'} up, until Ctrl-C:`,
    ...clusters,
    ...about,
    ...page,
    '',
    'In another terminal:',
    `  ${exportCommand(kubeconfig)}`,
    ...commandsToTry(typed, scenario),
    '  kubectl get deployments -A',
    '',
  ].join('\n')
}

function commandsToTry(typed: string, scenario: Scenario | undefined): readonly string[] {
  if (scenario === undefined) {
    return [`  ${typed} find ${demoImage}`, `  ${typed} restart ${demoImage} --all-contexts --backoff 1s`]
  }
  return scenario.expect.flatMap(({run, exitCode, verdict, afterMs}) => [
    ...(afterMs === undefined ? [] : [`  # ${formatDuration(afterMs)} later`]),
    `  ${typed} ${printable(run)}`,
    `    ends with ${exitCode}: ${printable(verdict)}`,
  ])
}

/** The scenarios that ship with hubspoke, one per line. */
export function scenarioList(scenarios: readonly ShippedScenario[]): string {
  const width = Math.max(0, ...scenarios.map(({name}) => name.length))
  return scenarios.map(({name, description}) => `${name.padEnd(width)}  ${description}\n`).join('')
}
