import {dirname, join} from 'node:path'
import {expect, test} from 'vitest'
import type {WorkloadSpec} from '../../src/sandbox/spec.ts'
import type {Trouble} from '../../src/sandbox/trouble.ts'
import {openShell} from '../support/run-command.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

interface Failing {
  readonly what: string
  readonly trouble?: readonly Trouble[]
  readonly workloads?: readonly WorkloadSpec[]
  readonly words: readonly string[]
}

const restart = ['restart', image, '--all-contexts', '--yes', '--retries', '0']
const web = {namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 1} as const
const set = {...web, kind: 'StatefulSet'} as const

/** Every way in which a command fails, or something in it, and suggests what to type next. */
const failing: readonly Failing[] = [
  {what: 'unreachable', trouble: [{type: 'unreachable', how: 'refused'}], words: ['find', image]},
  {what: 'credentials refused', trouble: [{type: 'answer', status: 401}], words: ['find', image]},
  {what: 'forbidden', trouble: [{type: 'forbidden', verb: 'list'}], words: ['find', image]},
  {what: 'a broken server', trouble: [{type: 'answer', status: 500, verb: 'list'}], words: ['find', image]},
  {what: 'check, unreachable', trouble: [{type: 'unreachable', how: 'refused'}], words: ['check']},
  {what: 'check, forbidden', trouble: [{type: 'forbidden', verb: 'patch'}], words: ['check']},
  {what: 'cache show', trouble: [{type: 'unreachable', how: 'refused'}], words: ['cache', 'show']},
  {what: 'cache refresh without its namespace', words: ['cache', 'refresh', '--all-contexts']},
  {what: 'an unknown namespace', words: ['find', image, '-n', 'nosuch']},
  {what: 'an unknown run', words: ['runs', 'retry', '20260101-000000-0000', '--yes']},
  {what: 'a write that is forbidden', trouble: [{type: 'forbidden', verb: 'patch'}], words: restart},
  {what: 'a write that is refused', trouble: [{type: 'answer', status: 422, verb: 'patch'}], words: restart},
  {what: 'a stuck rollout', trouble: [{type: 'stuck-rollout', namespace: 'shop', name: 'web'}], words: restart},
  {what: 'a crash loop', trouble: [{type: 'crash-loop', namespace: 'shop', name: 'web'}], words: restart},
  {
    what: 'an undo that a pod is in the way of',
    workloads: [set],
    trouble: [{type: 'crash-loop', namespace: 'shop', name: 'web'}],
    words: [...restart, '--undo-failed'],
  },
  {what: 'paused', workloads: [{...web, paused: true}], words: restart},
  {what: 'OnDelete', workloads: [{...set, strategy: 'OnDelete'}], words: restart},
  {what: 'a partition', workloads: [{...set, partition: 1}], words: restart},
  {what: 'no lock where one is required', words: [...restart, '--lock', 'require']},
  {
    what: 'a preflight that is strict',
    trouble: [{type: 'forbidden', verb: 'patch'}],
    words: [...restart, '--preflight', 'strict'],
  },
]

/** Where the contexts come from, and whether a suggestion has to say so. */
const origins = [
  {by: 'KUBECONFIG', says: false},
  {by: '--kubeconfig', says: true},
  {by: 'HUBSPOKE_KUBECONFIG', says: true},
  {by: 'the config file', says: true},
] as const

type Origin = (typeof origins)[number]['by']

/** What is printed to be typed: after `try:`, and under `Next:`. */
function suggestedLines(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /^(?: {2}try: | {2})((?:kubectl|hubspoke) .*)$/.exec(line)?.[1] ?? [])
}

function suggestionsIn(value: unknown, key = ''): readonly string[] {
  if (typeof value === 'string') return key === 'suggestions' ? [value] : []
  if (Array.isArray(value)) return value.flatMap((each) => suggestionsIn(each, key))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => suggestionsIn(each, name))
}

/** Those that reach a cluster, or read a kubeconfig. */
const reaches = (command: string) =>
  /^kubectl /.test(command) || /^hubspoke (find|check|restart|cache|runs retry)\b/.test(command)

/** The commands that are suggested where the contexts come from there, in the table and in the document. */
async function suggestedBy({trouble = [], workloads = runningWeb('web'), words}: Failing, by: Origin) {
  await using fleet = await openFleet([{name: 'eu', workloads, trouble}])
  const path = fleet.shell.kubeconfigPath
  await using shell = await openShell({
    kubeconfig: '',
    clock: fleet.clock,
    env: {
      KUBECONFIG: by === 'KUBECONFIG' ? path : join(dirname(path), 'none'),
      ...(by === 'HUBSPOKE_KUBECONFIG' && {HUBSPOKE_KUBECONFIG: path}),
    },
    ...(by === 'the config file' && {config: `defaults:\n  kubeconfig: ${path}\n`}),
  })
  const typed = by === '--kubeconfig' ? [...words, '--kubeconfig', path] : words
  const table = await shell.run(...typed)
  const document = await shell.run(...typed, '-o', 'json')
  expect(table.exitCode).not.toBe(70)
  const all = [...suggestedLines(table.stdout + table.stderr), ...suggestionsIn(JSON.parse(document.stdout))]
  return {path, suggested: all.filter(reaches)}
}

test.each(failing)('$what: every suggested command says the kubeconfig that was named', async (one) => {
  const {path, suggested} = await suggestedBy(one, '--kubeconfig')
  for (const command of suggested) {
    expect(command).toMatch(new RegExp(`^(kubectl|hubspoke [a-z ]+?) --kubeconfig ${path} `))
  }
})

test.each(origins)('contexts by $by: suggested commands reach the same clusters', async ({by, says}) => {
  for (const what of ['unreachable', 'a write that is refused']) {
    const {path, suggested} = await suggestedBy(failing.find((one) => one.what === what) ?? failing[0]!, by)
    expect(suggested.length).toBeGreaterThan(0)
    for (const command of suggested) expect(command.includes(`--kubeconfig ${path} `)).toBe(says)
  }
})

test('the sweep sees the commands that it is about', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web'), trouble: failing[0]?.trouble ?? []}])
  const {stdout} = await fleet.shell.run('find', image)
  expect(suggestedLines(stdout)).toContain('kubectl --context eu get --raw /readyz --request-timeout 10s')
})

test('runs show says the kubeconfig of the run, from anywhere; a verdict and a retry line do, too', async () => {
  const trouble = [{type: 'stuck-rollout', namespace: 'shop', name: 'web'}] as const
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web'), trouble}])
  const path = fleet.shell.kubeconfigPath
  const run = await fleet.shell.run(...restart, '--kubeconfig', path)
  expect(run.stdout).toMatch(new RegExp(`^ {2}hubspoke runs retry --kubeconfig ${path} \\S+$`, 'm'))
  const shown = await fleet.shell.run('runs', 'show', 'last')
  const commands = suggestedLines(shown.stdout).filter(reaches)
  expect(commands.length).toBeGreaterThan(0)
  for (const command of commands) expect(command).toContain(`--kubeconfig ${path} `)
  const without = await fleet.shell.run(...restart)
  expect(suggestedLines(without.stdout).join()).not.toContain('--kubeconfig')
})
