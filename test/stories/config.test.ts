import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import type {CheckReport} from '../../src/model/check-report.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {FindReport, RunReport} from '../support/workload-documents.ts'

const four = ['prod-eu', 'prod-us', 'prod-test', 'lab'].map((name) => ({name, workloads: runningWeb('web')}))
const groups = 'groups:\n  prod: ["prod-*", "!prod-test"]\n  lab: [lab]\n'
const web = (...clusters: readonly string[]) => clusters.map((name) => `${name}/shop/Deployment/web`)
const reached = ({sandbox}: Fleet) =>
  sandbox.clusters.filter((cluster) => cluster.connections() > 0).map(({name}) => name)
const restart = ['restart', image, '--yes'] as const

describe('a wrong value is blamed on what says it', () => {
  test.each([
    {env: {HUBSPOKE_TIMEOUT: 'abc'}, says: 'HUBSPOKE_TIMEOUT: Invalid duration "abc"'},
    {env: {HUBSPOKE_TIMEOUT: 'abc'}, words: ['--timeout', 'xyz'], says: '--timeout: Invalid duration "xyz"'},
    {env: {HUBSPOKE_WAVES: '1,50%:'}, says: 'HUBSPOKE_WAVES 1,50%:'},
    {words: ['--waves', '1,50%:'], says: '--waves 1,50%:'},
    {env: {HUBSPOKE_FRESH: 'soon'}, says: 'HUBSPOKE_FRESH takes exact'},
    {words: ['--fresh', 'soon'], says: '--fresh takes exact'},
    {env: {HUBSPOKE_LOCK: 'no'}, says: 'HUBSPOKE_LOCK: Expected --lock=no to be one of'},
    {env: {HUBSPOKE_PAUSE: '5m'}, says: 'HUBSPOKE_PAUSE is the time between two waves'},
    {env: {HUBSPOKE_CONTEXT: 'nowhere'}, says: 'HUBSPOKE_CONTEXT: No context of the kubeconfig matches "nowhere".'},
    {env: {HUBSPOKE_GROUP: 'none'}, says: 'HUBSPOKE_GROUP: There is no group "none"'},
    {config: 'context: nowhere\n', says: '"defaults.context" in '},
  ])('$env $words $config', async ({env = {}, words = [], config = '', says}) => {
    await using fleet = await openFleet([{name: 'eu', workloads: []}], {
      env,
      ...(config !== '' && {config: `defaults:\n  ${config}`}),
    })
    const {stderr, exitCode} = await fleet.shell.run('restart', 'nginx', '--yes', ...words)
    expect(stderr.split('\n').filter((line) => line.startsWith(says))).toHaveLength(1)
    expect(exitCode).toBe(2)
  })
})

describe('groups', () => {
  test.each([
    {words: ['-g', 'prod'], clusters: ['prod-eu', 'prod-us'], because: 'a group is an explicit choice'},
    {words: ['-g', 'prod', '-g', 'lab'], clusters: ['lab', 'prod-eu', 'prod-us'], because: 'groups are put together'},
    {words: ['-g', 'prod,lab'], clusters: ['lab', 'prod-eu', 'prod-us'], because: 'commas part them, too'},
    {words: ['-g', 'prod', '-c', 'lab'], clusters: ['lab', 'prod-eu', 'prod-us'], because: '-c comes on top'},
    {words: ['-g', 'prod', '-c', '!prod-us'], clusters: ['prod-eu'], because: '-c leaves out of a group'},
    {words: ['-g', 'prod', '-c', 'prod-test'], clusters: ['prod-eu', 'prod-test', 'prod-us'], because: 'asked for'},
  ])('restart $words writes to $clusters: $because', async ({words, clusters}) => {
    await using fleet = await openFleet(four, {config: groups})
    expect(await fleet.shell.run(...restart, ...words)).toMatchObject({exitCode: 0})
    expect(fleet.restarted()).toEqual(web(...clusters))
    expect(reached(fleet).sort()).toEqual(clusters)
  })

  test.each([
    {words: ['-g', 'prd'], says: 'There is no group "prd" in ', next: '-g prod', because: 'a typo'},
    {words: ['-g', 'prod', '--all-contexts'], says: 'not both', next: '--all-contexts -c', because: 'all and some'},
    {words: [], says: 'needs the contexts to include', next: '-g prod', because: 'nothing was chosen'},
    {words: ['-g', 'prod', '-c', '!lba'], says: 'matches "!lba"', next: "-c '!lab'", because: 'a typo of an exclude'},
  ])('restart $words is wrong usage, and reaches nothing: $because', async ({words, says, next}) => {
    await using fleet = await openFleet(four, {config: groups})
    const {stderr, exitCode} = await fleet.shell.run(...restart, ...words)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(says)
    expect(stderr).toContain(`try: ${next}`)
    expect(reached(fleet)).toEqual([])
  })

  test('a pattern of a group that matches nothing is wrong usage, with the group and the file; other groups work', async () => {
    await using fleet = await openFleet(four, {config: 'groups: {prod: ["prod-*", prod-ue], lab: [lab]}\n'})
    const {stderr, exitCode} = await fleet.shell.run('find', image, '-g', 'prod')
    const path = join(fleet.shell.home, '.config', 'hubspoke', 'config.yaml')
    expect(stderr).toContain(`The group "prod" of ${path} names what no context of the kubeconfig matches: "prod-ue".`)
    expect(exitCode).toBe(2)
    expect(reached(fleet)).toEqual([])
    expect(await fleet.shell.run('find', image, '-g', 'lab')).toMatchObject({exitCode: 0})
  })

  test('without a config file there is no group: 2', async () => {
    await using fleet = await openFleet(four)
    const {stderr, exitCode} = await fleet.shell.run('find', image, '-g', 'prod')
    expect(stderr).toMatch(/There is no group "prod": the config file .*config\.yaml does not exist\./)
    expect(exitCode).toBe(2)
  })

  test.each([
    {env: {HUBSPOKE_GROUP: 'prod'}, config: groups, by: 'HUBSPOKE_GROUP'},
    {env: {}, config: `${groups}defaults: {group: [prod]}\n`, by: '"defaults.group" in /'},
    {env: {}, config: `${groups}defaults: {restart: {group: prod}}\n`, by: '"defaults.restart.group" in /'},
  ])('a group that is not typed is marked in the plan: by $by', async ({env, config, by}) => {
    await using fleet = await openFleet(four, {env, config})
    const {stderr, exitCode} = await fleet.shell.run(...restart)
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`These contexts were chosen by ${by}`)
    expect(exitCode).toBe(0)
    expect(fleet.restarted()).toEqual(web('prod-eu', 'prod-us'))
  })

  test.each([
    {words: ['-c', 'lab'], clusters: ['lab']},
    {words: ['-g', 'lab'], clusters: ['lab']},
    {words: ['--all-contexts'], clusters: ['lab', 'prod-eu', 'prod-test', 'prod-us']},
    {words: ['-qyc', 'lab'], clusters: ['lab']},
  ])('$words replaces a group that is configured, and nothing is marked', async ({words, clusters}) => {
    await using fleet = await openFleet(four, {config: `${groups}defaults: {group: [prod]}\n`})
    const {stderr} = await fleet.shell.run('restart', image, ...words, ...(words[0] === '-qyc' ? [] : ['-y']))
    expect(stderr).not.toContain('chosen by')
    expect(fleet.restarted()).toEqual(web(...clusters))
  })

  test('what only leaves out is said beside a configured group: it stays the choice, and is marked', async () => {
    await using fleet = await openFleet(four, {config: `${groups}defaults: {group: [prod]}\n`})
    const {stderr} = await fleet.shell.run(...restart, '-c', '!prod-us')
    expect(stderr).toContain('chosen by "defaults.group"')
    expect(fleet.restarted()).toEqual(web('prod-eu'))
  })
})

describe('defaults', () => {
  const argumentsOf = async (config: string, env: Readonly<Record<string, string>>, words: readonly string[]) => {
    await using fleet = await openFleet([four[0]!], {config, env})
    const {document} = await fleet.shell.run(...restart, '--all-contexts', '-o', 'json', ...words)
    return (document() as RunReport).run.arguments
  }

  test.each([
    {
      flag: 'timeout',
      sort: 'duration',
      preset: undefined, // it depends on the workload
      config: '15m',
      configured: 900_000,
      env: '20m',
      fromEnv: 1_200_000,
      words: ['--timeout', '25m'],
      typed: 1_500_000,
    },
    {
      flag: 'concurrency',
      sort: 'integer',
      preset: 50,
      config: '20',
      configured: 20,
      env: '30',
      fromEnv: 30,
      words: ['--concurrency', '40'],
      typed: 40,
    },
    {
      flag: 'preflight',
      sort: 'option',
      preset: 'report',
      config: 'strict',
      configured: 'strict',
      env: 'report',
      fromEnv: 'report',
      words: ['--preflight', 'strict'],
      typed: 'strict',
    },
    {
      flag: 'wait',
      sort: 'switch',
      preset: true,
      config: 'false',
      configured: false,
      env: 'true',
      fromEnv: true,
      words: ['--no-wait'],
      typed: false,
    },
    {
      flag: 'quiet',
      sort: 'switch',
      preset: undefined,
      config: 'true',
      configured: true,
      env: 'false',
      fromEnv: undefined,
      words: ['-q'],
      typed: true,
    },
    {
      flag: 'kind',
      sort: 'list',
      preset: undefined,
      config: '[sts, ds]',
      configured: ['StatefulSet', 'DaemonSet'],
      env: 'deploy,ds',
      fromEnv: ['Deployment', 'DaemonSet'],
      words: ['--kind', 'deploy'],
      typed: ['Deployment'],
    },
    {
      flag: 'max-failures',
      sort: 'amount',
      preset: undefined,
      config: '10%',
      configured: '10%',
      env: '2',
      fromEnv: '2',
      words: ['--max-failures', '3'],
      typed: '3',
    },
  ])(
    'of a $sort, $flag: the config file before the default, the environment before it, the command line before all',
    async (row) => {
      const {flag, preset, config, configured, env, fromEnv, words, typed} = row
      const file = `defaults: {${flag}: ${config}}\n`
      const variable = {[`HUBSPOKE_${flag.toUpperCase().replaceAll('-', '_')}`]: env}
      expect((await argumentsOf('', {}, []))[flag]).toEqual(preset)
      expect((await argumentsOf(file, {}, []))[flag]).toEqual(configured)
      expect((await argumentsOf(file, variable, []))[flag]).toEqual(fromEnv)
      expect((await argumentsOf(file, variable, words))[flag]).toEqual(typed)
    },
  )

  test('those of one command come before those of all', async () => {
    const config = 'defaults: {concurrency: 20, retries: 1, restart: {concurrency: 5}, find: {fresh: scan}}\n'
    expect(await argumentsOf(config, {}, [])).toMatchObject({concurrency: 5, retries: 1, fresh: 'exact'})
  })

  test.each([
    {config: 'output: json', env: {}, words: [], format: 'json'},
    {config: 'output: json', env: {}, words: ['-o', 'table'], format: 'table'},
    {config: 'json: true', env: {}, words: ['-o', 'table'], format: 'table'},
    {config: 'json: true', env: {}, words: ['-o', 'yaml'], format: 'yaml'},
    {config: 'json: true', env: {HUBSPOKE_OUTPUT: 'table'}, words: [], format: 'table'},
    {config: 'json: true', env: {HUBSPOKE_JSON: 'false'}, words: [], format: 'table'},
    {config: 'output: yaml', env: {}, words: ['--json'], format: 'json'},
    {config: 'output: yaml', env: {HUBSPOKE_JSON: '1'}, words: [], format: 'json'},
    {config: 'quiet: true', env: {HUBSPOKE_JSON: '1'}, words: ['-o', 'table'], format: 'table'},
  ])('$config, $env, $words: $format, of reports and of failures', async ({config, env, words, format}) => {
    await using fleet = await openFleet([four[3]!], {config: `defaults: {${config}}\n`, env})
    const formatOf = (text: string) =>
      text.startsWith('{') ? 'json' : text.startsWith('schemaVersion:') ? 'yaml' : 'table'
    const answer = await fleet.shell.run('find', image, ...words)
    expect(answer.exitCode).toBe(0)
    expect(formatOf(answer.stdout)).toBe(format)
    const failure = await fleet.shell.run('find', image, '-c', 'nope', ...words)
    expect(failure.exitCode).toBe(2)
    expect(formatOf(failure.stdout)).toBe(format)
  })

  test('of a flag that a command does not take from the environment it does not take from the file either', async () => {
    await using fleet = await openFleet([four[3]!], {config: 'defaults: {namespace: ["sh*"]}\n'})
    expect(await fleet.shell.run('check')).toMatchObject({exitCode: 0})
    const {document} = await fleet.shell.run('find', image, '-o', 'json')
    expect(document()).toMatchObject({scope: {namespaces: ['sh*']}})
  })
})

describe('a broken config file', () => {
  const at = (key: string, line: number) => new RegExp(`"defaults\\.${key}" in /.*config\\.yaml \\(line ${line}\\) `)

  test.each([
    {yaml: 'timeout: soon', key: 'timeout', says: 'Invalid duration "soon"', next: undefined},
    {yaml: 'timeout: 30', key: 'timeout', says: 'Invalid duration "30"', next: undefined},
    {yaml: 'concurrency: 0', key: 'concurrency', says: 'greater than or equal to 1', next: undefined},
    {yaml: 'concurrency: many', key: 'concurrency', says: 'Expected an integer', next: undefined},
    {yaml: 'lock: maybe', key: 'lock', says: 'auto, require, off', next: undefined},
    {yaml: 'kind: [pod]', key: 'kind', says: 'Invalid kind "pod"', next: undefined},
    {yaml: 'wait: yes', key: 'wait', says: 'must be true or false', next: undefined},
    {yaml: 'lock: [auto]', key: 'lock', says: 'takes one value', next: undefined},
    {yaml: 'output: pdf', key: 'output', says: 'table, wide', next: undefined},
    {yaml: 'concurency: 2', key: 'concurency', says: 'is not a flag', next: 'concurrency:'},
    {yaml: 'restart: {fresh: soon}', key: 'restart.fresh', says: '"soon" is none of them', next: undefined},
    {yaml: 'restart: {output: pdf}', key: 'restart.output', says: 'junit', next: undefined},
    {yaml: 'find: {concurrency: 2}', key: 'find.concurrency', says: 'is not a flag', next: undefined},
    {yaml: 'restrat: {retries: 2}', key: 'restrat', says: 'is neither a command nor a flag', next: 'restart:'},
    {yaml: 'yes: true', key: 'yes', says: 'on the command line only', next: undefined},
    {yaml: 'restart: {confirm: [prod-eu]}', key: 'restart.confirm', says: 'on the command line only', next: undefined},
    {yaml: 'cache refresh: {yes: true}', key: 'cache refresh.yes', says: 'on the command line only', next: undefined},
    {yaml: 'run-id: 20261124-200000-00ff', key: 'run-id', says: 'it names one run', next: undefined},
    {yaml: 'dry-run: client', key: 'dry-run', says: 'the command line could not turn it off', next: undefined},
    {yaml: '__proto__: {yes: true}', key: '__proto__', says: 'is neither a command nor a flag', next: undefined},
    {yaml: 'constructor: 1', key: 'constructor', says: 'is not a flag', next: undefined},
  ])('$yaml is told by its key and line, to reads, too, and nothing is reached', async ({yaml, key, says, next}) => {
    await using fleet = await openFleet([four[3]!], {config: `# mine\ndefaults:\n  ${yaml}\n`})
    for (const words of [['find', image], ['check'], ['cache', 'show'], [...restart, '--all-contexts']]) {
      const {stderr, exitCode} = await fleet.shell.run(...words)
      expect(stderr).toMatch(at(key, 3))
      expect(stderr).toContain(says)
      if (next !== undefined) expect(stderr).toContain(`try: ${next}`)
      expect(exitCode).toBe(2)
    }
    expect(reached(fleet)).toEqual([])
  })

  test('ends with 2 and a document where one is asked for', async () => {
    await using fleet = await openFleet([four[3]!], {config: 'groups: ['})
    const {document, exitCode} = await fleet.shell.run('find', image, '--json')
    expect(document()).toMatchObject({type: 'ErrorReport', error: {class: 'usage'}})
    expect(exitCode).toBe(2)
  })

  test('HUBSPOKE_CONFIG names another one', async () => {
    const env: Record<string, string> = {}
    await using fleet = await openFleet(four, {config: 'groups: [', env})
    env.HUBSPOKE_CONFIG = join(fleet.shell.home, 'other.yaml')
    await writeFile(env.HUBSPOKE_CONFIG, groups)
    const {document, exitCode} = await fleet.shell.run('check', '-g', 'lab', '-o', 'json')
    expect((document() as CheckReport).contexts.map(({context}) => context)).toEqual(['lab'])
    expect(exitCode).toBe(0)
  })
})

describe('the example of the docs', async () => {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'config-file.md'), 'utf8')
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? []

  test('is one: its groups, its defaults and what it protects', async () => {
    await using fleet = await openFleet(four, {config: example, env: {}})
    const words = ['--kubeconfig', fleet.shell.kubeconfigPath, '-g', 'prod', '--confirm', 'prod-eu'] as const
    const refused = await fleet.shell.run(...restart, ...words)
    expect(refused).toMatchObject({exitCode: 2, stderr: expect.stringContaining('--confirm prod-us')})
    const {document, exitCode} = await fleet.shell.run(
      ...restart,
      ...words,
      '--confirm',
      'prod-us',
      '--reason',
      'leak',
      '-o',
      'json',
    )
    expect(exitCode).toBe(0)
    expect((document() as RunReport).run.arguments).toMatchObject({
      timeout: 900_000,
      concurrency: 20,
      'max-failures': '10%',
    })
    expect(fleet.restarted()).toEqual(web('prod-eu', 'prod-us'))
    const refresh = ['cache', 'refresh', '-y', ...words.slice(0, 2)]
    expect(await fleet.shell.run(...refresh)).toMatchObject({exitCode: 2, stderr: expect.stringContaining('prod-test')})
    const confirmed = ['prod-eu', 'prod-us', 'prod-test'].flatMap((name) => ['--confirm', name])
    const saved = await fleet.shell.run(...refresh, ...confirmed)
    expect(saved.stdout.match(/^\S+(?= +saved )/gm)?.sort()).toEqual(['lab', 'prod-eu', 'prod-test', 'prod-us'])
  })

  test('has the command lines that the page shows', async () => {
    await using fleet = await openFleet([...four, {name: 'staging'}], {config: example})
    const lines = [...page.matchAll(/^ {4}hubspoke (find .*?) +#/gm)].map(([, line = '']) => line.replaceAll("'", ''))
    const taken = []
    for (const line of lines) {
      const {document} = await fleet.shell.run(...line.split(' '), '--kubeconfig', fleet.shell.kubeconfigPath, '--json')
      taken.push((document() as FindReport).scope.contexts)
    }
    expect(taken).toEqual([['prod-eu', 'prod-us', 'prod-test', 'lab'], ['prod-eu', 'prod-us', 'staging'], ['prod-us']])
  })
})

describe('what the system-wide file requires', () => {
  const systemConfig = 'required:\n  lock: require\n'
  const restartIn = async (options: Parameters<typeof openFleet>[1], ...words: readonly string[]) => {
    await using fleet = await openFleet([{name: 'lab', workloads: runningWeb('web')}], {systemConfig, ...options})
    return await fleet.shell.run(...restart, '-c', 'lab', ...words)
  }

  test('it holds against the config file of the user', async () => {
    const {exitCode, stderr} = await restartIn({config: 'defaults: {lock: auto, restart: {lock: auto}}\n'})
    expect(stderr).toContain('(--lock require)')
    expect(exitCode).toBe(2)
  })

  test.each([
    {words: ['--lock', 'off'], says: '--lock cannot be changed: '},
    {words: ['--lock=auto'], says: '--lock cannot be changed: '},
    {env: {HUBSPOKE_LOCK: 'off'}, says: 'HUBSPOKE_LOCK cannot be changed: '},
  ])('who says otherwise is told: $words $env', async ({words = [], says, ...options}) => {
    const {exitCode, stderr} = await restartIn(options, ...words)
    expect(stderr).toContain(says)
    expect(stderr).toContain('requires lock: require.')
    expect(exitCode).toBe(2)
  })

  test('saying the same is no contradiction, and commands without the flag are not concerned', async () => {
    expect((await restartIn({}, '--lock', 'require')).stderr).toContain('(--lock require)')
    await using fleet = await openFleet([{name: 'lab', workloads: runningWeb('web')}], {systemConfig})
    expect(await fleet.shell.run('find', image)).toMatchObject({exitCode: 0})
  })

  test.each(['required: {lok: require}', 'required: {lock: maybe}', 'required: {yes: true}', 'defaults: {lock: auto}'])(
    'a mistake ends every command: %s',
    async (wrong) => {
      await using fleet = await openFleet([{name: 'lab', workloads: runningWeb('web')}], {systemConfig: wrong})
      const {exitCode, stderr} = await fleet.shell.run('find', image)
      expect(stderr).toContain('etc/hubspoke/config.yaml (line 1)')
      expect(exitCode).toBe(2)
    },
  )
})
