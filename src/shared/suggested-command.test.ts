import {describe, expect, test} from 'vitest'
import {hubspokeCommand, kubectlCommand, placed, withCommandsPlaced} from './suggested-command.ts'

const nothing = {program: 'hubspoke'}
const file = {program: 'hubspoke', kubeconfig: 'fleet.yaml'}
const spaced = {program: 'hubspoke', kubeconfig: "my 'fleet'.yaml"}
const pod = {program: 'hubspoke', isInCluster: true}
const clone = {program: 'npm run -s hubspoke --', kubeconfig: 'fleet.yaml'}

/** Every form of suggestion × every origin of its contexts. */
const rows = [
  {
    text: kubectlCommand({context: 'eu', namespace: 'shop'}, 'describe', 'pod/web'),
    file: 'kubectl --kubeconfig fleet.yaml --context eu -n shop describe pod/web',
    spaced: "kubectl --kubeconfig 'my '\\''fleet'\\''.yaml' --context eu -n shop describe pod/web",
  },
  {
    text: 'kubectl config view --minify --context eu  to see where it points',
    file: 'kubectl --kubeconfig fleet.yaml config view --minify --context eu  to see where it points',
  },
  {text: 'kubectl config get-contexts', file: 'kubectl --kubeconfig fleet.yaml config get-contexts'},
  {text: 'kubectl --kubeconfig other.yaml config view', file: 'kubectl --kubeconfig other.yaml config view'},
  {
    text: kubectlCommand({context: 'in-cluster', namespace: 'shop'}, 'get', 'pods'),
    file: 'kubectl --kubeconfig fleet.yaml --context in-cluster -n shop get pods',
    pod: 'kubectl -n shop get pods',
  },
  {
    text: 'kubectl --context in-cluster-2 get pods',
    file: 'kubectl --kubeconfig fleet.yaml --context in-cluster-2 get pods',
  },
  {
    text: `${hubspokeCommand('runs', 'retry', '20261124-030412-9f3a')}  to continue it`,
    file: 'hubspoke runs retry --kubeconfig fleet.yaml 20261124-030412-9f3a  to continue it',
    clone: 'npm run -s hubspoke -- runs retry --kubeconfig fleet.yaml 20261124-030412-9f3a  to continue it',
  },
  {
    text: hubspokeCommand('restart', 'ghcr.io/acme/web', '--reason', 'a  b', '--run-id', 'x'),
    file: "hubspoke restart --kubeconfig fleet.yaml ghcr.io/acme/web --reason 'a  b' --run-id x",
  },
  {text: 'hubspoke find web', file: 'hubspoke find --kubeconfig fleet.yaml web'},
  ...['status web', 'set-image web :2', 'scale web --replicas 2', 'undo --run 20261124-030412-9f3a'].map((words) => {
    const [command, ...rest] = words.split(' ')
    const there = `${command} --kubeconfig fleet.yaml ${rest.join(' ')}`
    return {text: `hubspoke ${words}`, file: `hubspoke ${there}`, clone: `npm run -s hubspoke -- ${there}`}
  }),
  {text: 'hubspoke check', file: 'hubspoke check --kubeconfig fleet.yaml'},
  {text: 'hubspoke cache refresh', file: 'hubspoke cache refresh --kubeconfig fleet.yaml'},
  {
    text: 'hubspoke runs show 20261124-030412-9f3a',
    file: 'hubspoke runs show 20261124-030412-9f3a',
    clone: 'npm run -s hubspoke -- runs show 20261124-030412-9f3a',
  },
  {
    text: 'hubspoke rbac cache-watch',
    file: 'hubspoke rbac cache-watch',
    clone: 'npm run -s hubspoke -- rbac cache-watch',
  },
  {
    text: 'The run X has taken it up already: "hubspoke runs retry X" takes only that.',
    file: 'The run X has taken it up already: "hubspoke runs retry --kubeconfig fleet.yaml X" takes only that.',
  },
  {text: "-c '!eu'  to go on without it", file: "-c '!eu'  to go on without it"},
  {text: '--lock-wait 10m  to wait for it to end', file: '--lock-wait 10m  to wait for it to end'},
  {text: 'hubspoke needs Node.js', file: 'hubspoke needs Node.js', clone: 'hubspoke needs Node.js'},
]

describe.each(rows)('$text', (row) => {
  test('is unchanged where kubectl finds the kubeconfig by itself', () => {
    expect(placed(row.text, nothing)).toBe(row.text)
  })
  test('contains the kubeconfig that a flag, a variable or the config file named, quoted for a shell', () => {
    expect(placed(row.text, file)).toBe(row.file)
    if (row.spaced !== undefined) expect(placed(row.text, spaced)).toBe(row.spaced)
  })
  test('has no context where the only one is that of this pod', () => {
    expect(placed(row.text, pod)).toBe(row.pod ?? row.text)
  })
  test('starts with the name by which this program was started', () => {
    if (row.clone !== undefined) expect(placed(row.text, clone)).toBe(row.clone)
  })
  test('is unchanged when it is placed again', () => {
    for (const place of [nothing, file, spaced, pod, clone]) {
      expect(placed(placed(row.text, place), place)).toBe(placed(row.text, place))
    }
  })
})

test('a document: suggestions, what includes what is excluded, and the verdict; no other text', () => {
  const command = 'kubectl --context eu get pods'
  const document = {
    results: [{reason: command, failure: {message: command, suggestions: [command]}}],
    excluded: [{include: 'hubspoke runs retry X'}],
    verdict: {code: 1, sentence: 'One (hubspoke runs retry X includes it).'},
  }
  expect(withCommandsPlaced(document, file)).toEqual({
    results: [
      {
        reason: command,
        failure: {message: command, suggestions: ['kubectl --kubeconfig fleet.yaml --context eu get pods']},
      },
    ],
    excluded: [{include: 'hubspoke runs retry --kubeconfig fleet.yaml X'}],
    verdict: {code: 1, sentence: 'One (hubspoke runs retry --kubeconfig fleet.yaml X includes it).'},
  })
})
