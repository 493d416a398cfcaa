import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {openRealClockClusters} from '../support/real-clock-clusters.ts'
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

/** Names of packages, and folders of ours as `sandbox/`, of which a command loaded anything. */
async function loadedBy(shell: ProcessShell, words: readonly string[]): Promise<readonly string[]> {
  const record = join(shell.home, 'imports')
  const {exitCode, stderr} = await shell.runUnder({imports: [recorder], env: {RECORD_IMPORTS: record}}, ...words)
  expect(exitCode, stderr).toBe(0)
  const names = readFileSync(record, 'utf8')
    .split('\n')
    .flatMap((url) => {
      const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
      const [, folder] = /\/dist\/([^/]+\/)/.exec(url) ?? []
      return [name ?? folder ?? '']
    })
  return [...new Set(names)]
}

const heavy = ['undici', 'listr2', 'cli-table3', 'yaml', 'selfsigned']

test.each([[['--help']], [['--version']], [['find', '--help']], [['restart', '--help']], [['cache']]])(
  '%j loads nothing that reaches clusters, draws or lays out',
  async (words) => {
    using shell = openProcessShell({})
    const loaded = await loadedBy(shell, words)
    expect(loaded).toContain('@oclif/core')
    expect(loaded.filter((name) => [...heavy, 'sandbox/'].includes(name))).toEqual([])
  },
)

test.each([
  {output: 'table', needed: ['undici', 'cli-table3'], spared: ['listr2', 'selfsigned', 'sandbox/']},
  {output: 'json', needed: ['undici'], spared: ['listr2', 'selfsigned', 'sandbox/', 'cli-table3']},
])('find -o $output without a terminal loads $needed and none of $spared', async ({output, needed, spared}) => {
  await using clusters = await openRealClockClusters([{name: 'eu', workloads: runningWeb('web')}])
  const loaded = await loadedBy(clusters.shell, ['find', image, '-o', output])
  expect(needed.filter((name) => !loaded.includes(name))).toEqual([])
  expect(loaded.filter((name) => spared.includes(name))).toEqual([])
})
