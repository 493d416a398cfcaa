import {join} from 'node:path'
import {CommandHelp, Config} from '@oclif/core'
import {expect, test} from 'vitest'
import {recordedOutput} from '../../test/support/recorded-output.ts'
import type {RunsReport} from '../model/past-runs-report.ts'
import {summarizeRuns} from '../summary/summarize-ledgers.ts'
import {BaseCommand} from './base-command.ts'
import {outputFlag} from './flags/flags.ts'
import {AlreadyReported} from './process/already-reported.ts'
import {processRuntime, type Runtime} from './process/runtime.ts'
import {bareValues, type Views, viewsOf, wholeText} from './views.ts'

const machine = processRuntime()
const root = join(import.meta.dirname, '..', '..')

const plain = viewsOf<RunsReport>(
  async () =>
    ({verdict}, {wide}) =>
      `${wide ? 'wide' : 'table'}: ${verdict.name}\n`,
)
const withMore: Views<RunsReport> = {
  ...plain,
  markdown: wholeText(
    async () =>
      ({runs}) =>
        `# ${runs.length} runs\n`,
  ),
  count: bareValues(
    async () =>
      ({runs}) =>
        `${runs.length}\n`,
    async () => ['a hint'],
  ),
}

async function run(views: Views<RunsReport>, ...words: readonly string[]) {
  const [stdout, stderr] = [recordedOutput(), recordedOutput()]
  let code = 70
  const runtime: Runtime = {
    ...machine,
    ...{env: {}, homeDir: '/nonexistent', systemConfigPath: '/nonexistent'},
    ...{stdout, stderr},
    setExitCode: (set) => {
      code = set
    },
  }
  class Ask extends BaseCommand {
    static override id = 'ask'
    static override openRuntime = () => runtime
    static override flags = {output: outputFlag(views)}
    async run() {
      const {flags} = await this.parse(Ask)
      return this.conclude(summarizeRuns({directory: '/runs', runs: [], notRead: []}), flags, views)
    }
  }
  await Ask.run([...words], {root}).catch((error: unknown) => {
    if (!(error instanceof AlreadyReported)) throw error
  })
  return {stdout: stdout.text(), stderr: stderr.text(), code}
}

async function helpOf(views: Views<RunsReport>): Promise<string> {
  const config = await Config.load({root, ignoreManifest: true})
  const output = {...outputFlag(views), name: 'output'}
  const shape = {aliases: [], args: {}, hidden: false, hiddenAliases: [], id: 'ask', flags: {output}}
  return new CommandHelp({...shape, load: () => Promise.reject(new Error('not run'))}, config, {
    maxWidth: 200,
    stripAnsi: true,
  }).generate()
}

test('json, yaml, table and wide are in every map', async () => {
  expect(Object.keys(plain)).toEqual(['table', 'wide', 'json', 'yaml'])
  expect((await run(plain)).stdout).toBe('table: ok\n')
  expect((await run(plain, '-o', 'wide')).stdout).toBe('wide: ok\n')
  expect(JSON.parse((await run(plain, '-o', 'json')).stdout)).toMatchObject({type: 'RunsReport', runs: []})
  expect((await run(plain, '-o', 'yaml')).stdout).toContain('type: RunsReport\n')
})

test('a format that is added to a map is an option of -o, and is in the help, the output and the refusal of others', async () => {
  expect(await helpOf(plain)).toContain('<options: table|wide|json|yaml>')
  expect(await helpOf(withMore)).toContain('<options: table|wide|json|yaml|markdown|count>')
  const {stdout, code} = await run(withMore, '-o', 'markdown')
  expect({stdout, code}).toEqual({stdout: '# 0 runs\n', code: 0})
  const refused = await run(withMore, '-o', 'csv')
  expect(refused.stderr).toContain('Expected --output=csv to be one of: table, wide, json, yaml, markdown, count')
  expect(refused.code).toBe(2)
  const unknown = await run(plain, '-o', 'markdown')
  expect(unknown.stderr).toContain('Expected --output=markdown to be one of: table, wide, json, yaml')
  expect(unknown.code).toBe(2)
})

test('the verdict is on stderr where the text has none, and --quiet leaves it where values have no room for it', async () => {
  const verdict = /^Exit 0: .+\n$/
  expect((await run(withMore)).stderr).toBe('')
  expect((await run(withMore, '-o', 'markdown')).stderr).toMatch(verdict)
  expect((await run(withMore, '-o', 'markdown', '-q')).stderr).toBe('')
  expect((await run(withMore, '-o', 'json')).stderr).toMatch(verdict)
  expect((await run(withMore, '-o', 'json', '-q')).stderr).toBe('')
  expect((await run(withMore, '-o', 'count', '-q')).stderr).toMatch(/^a hint\nExit 0: .+\n$/)
})
