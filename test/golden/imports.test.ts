import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {openRealClockClusters} from '../support/real-clock-clusters.ts'
import {startRecordingCollector} from '../support/recording-collector.ts'
import {image, runningWeb} from '../support/sandbox-fleet.ts'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'

/** Loaded before the program: writes the URL of every module into the file that RECORD_IMPORTS names. */
const recorder = `data:text/javascript,${encodeURIComponent(`
  import {appendFileSync} from 'node:fs'
  import {registerHooks} from 'node:module'
  registerHooks({
    load(url, context, nextLoad) {
      appendFileSync(process.env.RECORD_IMPORTS, url + '\\n')
      return nextLoad(url, context)
    },
  })
`)}`

/** Names of packages, and modules of ours as `sandbox/faults.js`, that a command loaded. */
async function loadedBy(
  shell: ProcessShell,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const record = join(shell.home, 'imports')
  const env = {...more, RECORD_IMPORTS: record}
  const {exitCode, stderr} = await shell.runUnder({imports: [recorder], env}, ...words)
  expect(exitCode, stderr).toBe(0)
  const names = readFileSync(record, 'utf8')
    .split('\n')
    .flatMap((url) => {
      const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
      const [, path] = /\/dist\/(.+)/.exec(url) ?? []
      return [name ?? path ?? '']
    })
  return [...new Set(names)]
}

/** Modules that neither `find` nor `restart` needs. */
const ofOtherCommands =
  /^(sandbox|cli\/scenario|manifests|cli\/manifests\/manifest-reader|verbs\/(apply|foreach|scale|set-image|undo))\//

const heavy = ['undici', 'listr2', 'cli-table3', 'yaml', 'selfsigned', 'prom-client']

test.each([[['--help']], [['--version']], [['find', '--help']], [['restart', '--help']], [['cache']]])(
  '%j loads nothing that reaches clusters, draws or lays out',
  async (words) => {
    using shell = openProcessShell({})
    const loaded = await loadedBy(shell, words)
    expect(loaded).toContain('@oclif/core')
    const unneeded = (name: string) => heavy.includes(name) || ofOtherCommands.test(name)
    expect(loaded.filter(unneeded)).toEqual([])
  },
)

test.each([
  {output: 'table', needed: ['undici', 'cli-table3'], spared: ['listr2', 'selfsigned']},
  {output: 'json', needed: ['undici'], spared: ['listr2', 'selfsigned', 'cli-table3']},
])('find -o $output without a terminal loads $needed and none of $spared', async ({output, needed, spared}) => {
  await using clusters = await openRealClockClusters([{name: 'eu', workloads: runningWeb('web')}])
  const loaded = await loadedBy(clusters.shell, ['find', image, '-o', output])
  expect(needed.filter((name) => !loaded.includes(name))).toEqual([])
  const unneeded = (name: string) => spared.includes(name) || /^(sandbox|cli\/scenario|verbs)\//.test(name)
  expect(loaded.filter(unneeded)).toEqual([])
})

test('restart loads prom-client only where metrics are asked for, and exports them', async () => {
  await using clusters = await openRealClockClusters([{name: 'eu', workloads: runningWeb('web')}])
  const {shell} = clusters
  const words = ['restart', image, '--all-contexts', '--yes']
  expect(await loadedBy(shell, words)).not.toContain('prom-client')
  const file = join(shell.home, 'hubspoke.prom')
  expect(await loadedBy(shell, [...words, '--metrics-file', file])).toContain('prom-client')
  expect(readFileSync(file, 'utf8')).toContain('hubspoke_last_run_exit_code{name="restart"} 0\n')
})

test('restart loads what exports traces only where a collector is named', async () => {
  await using collector = await startRecordingCollector()
  await using clusters = await openRealClockClusters([{name: 'eu', workloads: runningWeb('web')}])
  const {shell} = clusters
  const words = ['restart', image, '--all-contexts', '--yes']
  const tracing = /^traces\/|^cli\/run\/export-traces/
  expect((await loadedBy(shell, words)).filter((name) => tracing.test(name))).toEqual([])
  const env = {OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin}
  expect((await loadedBy(shell, words, env)).filter((name) => tracing.test(name))).not.toEqual([])
  expect(collector.spans().map(({name}) => name)).toEqual(['hubspoke restart', 'plan', 'spoke'])
})
