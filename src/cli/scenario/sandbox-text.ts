import type {Sandbox} from '../../sandbox/sandbox.ts'
import type {Scenario} from '../../sandbox/scenario/scenario.ts'
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
  readonly scenario?: Scenario | undefined
}

/** What the user of simulated clusters reads while they are up. */
export function sandboxIsUp({sandbox, kubeconfig, typed, scenario}: Up): string {
  const clusters = sandbox.clusters.map(({name, server}) => `  ${printable(name)}  ${server}`)
  const about = scenario?.description === undefined ? [] : ['', printable(scenario.description)]
  return [
    `${clusters.length} simulated ${clusters.length === 1 ? 'cluster is' : 'clusters are'} up, until Ctrl-C:`,
    ...clusters,
    ...about,
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
  return scenario.expect.flatMap(({run, exitCode, verdict}) => [
    `  ${typed} ${printable(run)}`,
    `    ends with ${exitCode}: ${printable(verdict)}`,
  ])
}

/** The scenarios that ship with hubspoke, one per line. */
export function scenarioList(scenarios: readonly ShippedScenario[]): string {
  const width = Math.max(0, ...scenarios.map(({name}) => name.length))
  return scenarios.map(({name, description}) => `${name.padEnd(width)}  ${description}\n`).join('')
}
