import {stripVTControlCharacters} from 'node:util'
import {describe, expect, test} from 'vitest'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import type {Answer, Keyboard} from '../support/fake-terminal.ts'
import {openShell} from '../support/run-command.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const refusing = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.', times: 1} as const
const eu: ClusterSpec = {name: 'eu', workloads: runningWeb('cart', 'web')}
const run = ['restart', image, '-c', 'eu']
const protectedEu = 'protectedContexts: [eu]\n'

interface Prompt {
  readonly prompt: string
  readonly words: readonly string[]
  readonly cluster?: ClusterSpec
  readonly config?: string
  /** A command without a terminal that comes first. */
  readonly first?: readonly string[]
  /** Answers to the questions before this one. */
  readonly before?: readonly Answer[]
  readonly right: readonly Answer[]
  readonly wrong: Answer
  /** What ends a question that is asked again where there was no answer. */
  readonly asksAgain?: boolean
  /** Codes where the answer is No, without a terminal, and the same with HUBSPOKE_YES and --yes. */
  readonly no: number
  readonly alone: number
  readonly aloneWithVariable: number
  readonly withYes: number
  /** What is done before the question, and by the question's yes. */
  readonly already?: number
  done(fleet: Fleet): Promise<number> | number
}

const written = (fleet: Fleet) => fleet.writes().length
/** The reply to a write into a namespace that is not there is no change. */
const caches = (fleet: Fleet) =>
  fleet
    .cluster('eu')
    .objects('ConfigMap')
    .filter(({metadata}) => metadata.name.includes('image-cache')).length
const removed = async (fleet: Fleet) => 1 - (await fleet.shell.ledgers()).length

const prompts: readonly Prompt[] = [
  {
    prompt: 'the plan',
    words: run,
    done: written,
    right: ['y'],
    wrong: 'j',
    no: 7,
    alone: 2,
    aloneWithVariable: 0,
    withYes: 0,
  },
  {
    prompt: 'the plan of a retry',
    done: written,
    cluster: {...eu, trouble: [refusing]},
    first: [...run, '--yes'],
    words: ['runs', 'retry', 'last'],
    right: ['yes'],
    wrong: 'yess',
    no: 7,
    alone: 2,
    aloneWithVariable: 0,
    withYes: 0,
    already: 2,
  },
  {
    prompt: 'a protected context',
    done: written,
    config: protectedEu,
    words: [...run, '--reason', 'a leak'],
    right: ['eu', 'y'],
    wrong: 'y',
    no: 7,
    alone: 2,
    aloneWithVariable: 2,
    withYes: 7,
  },
  {
    prompt: 'the reason',
    done: written,
    config: protectedEu,
    words: [...run, '--confirm', 'eu'],
    right: ['a leak', 'y'],
    wrong: 'red \u001b[31m',
    asksAgain: true,
    no: 7,
    alone: 2,
    aloneWithVariable: 2,
    withYes: 7,
  },
  {
    prompt: 'the gate between two waves',
    done: written,
    words: [...run, '--waves', '1,100%', '--pause', 'ask'],
    before: ['y'],
    right: ['c'],
    wrong: 'y',
    asksAgain: true,
    no: 7,
    alone: 2,
    aloneWithVariable: 2,
    withYes: 7,
    already: 1,
  },
  {
    prompt: 'the namespace of the image cache',
    done: caches,
    words: ['cache', 'refresh', '-c', 'eu'],
    right: ['y'],
    wrong: 'j',
    no: 1,
    alone: 1,
    aloneWithVariable: 0,
    withYes: 0,
  },
  {
    prompt: 'the ledgers to remove',
    done: removed,
    first: [...run, '--yes'],
    words: ['runs', 'prune', '--older-than', '0', '--keep', '0'],
    right: ['y'],
    wrong: 'j',
    no: 7,
    alone: 2,
    aloneWithVariable: 0,
    withYes: 0,
  },
]

interface Cell {
  readonly cell: string
  readonly keyboard?: Keyboard
  readonly env?: Readonly<Record<string, string>>
  readonly more?: readonly string[]
  readonly code: number
  readonly isYes?: boolean
}

function cellsOf({before = [], right, wrong, asksAgain, no, ...codes}: Prompt): readonly Cell[] {
  const keys = (...answers: readonly Answer[]): Keyboard => ({answers: [...before, ...answers]})
  const eof = {key: 'ctrl-d'} as const
  const insists = asksAgain ? [eof] : []
  const typed = right.map((answer) => `${String(answer)}\r`).join('')
  return [
    {cell: 'the right answer', keyboard: keys(...right), code: 0, isYes: true},
    {cell: 'typed ahead, and then nothing', keyboard: {...keys(eof, ...insists), typedAhead: typed}, code: no},
    {cell: 'the end of input', keyboard: keys(eof, ...insists), code: no},
    {cell: 'Ctrl-C', keyboard: keys({key: 'ctrl-c'}), code: 130},
    {cell: 'a terminal that goes away', keyboard: keys('hang-up'), code: 129},
    {cell: 'an empty answer', keyboard: keys('', ...insists), code: no},
    {cell: 'a wrong answer', keyboard: keys(wrong, ...insists), code: no},
    {cell: 'HUBSPOKE_YES at a terminal', keyboard: keys(eof, ...insists), env: {HUBSPOKE_YES: '1'}, code: no},
    {cell: 'no terminal', code: codes.alone},
    {
      cell: 'no terminal, HUBSPOKE_YES',
      env: {HUBSPOKE_YES: 'true'},
      code: codes.aloneWithVariable,
      isYes: codes.aloneWithVariable === 0,
    },
    {
      cell: '--yes at a terminal',
      keyboard: {answers: before.length > 0 ? [eof] : [eof, ...insists]},
      more: ['--yes'],
      code: codes.withYes,
      isYes: codes.withYes === 0,
    },
  ]
}

/** The command, run by a user with the home folder and the clusters of this world. */
async function ask(fleet: Fleet, {words}: Prompt, {keyboard, env, more = []}: Cell) {
  const {sandbox, clock, shell} = fleet
  await using asked = await openShell({
    kubeconfig: sandbox.kubeconfig,
    clock,
    home: shell.home,
    ...(keyboard && {keyboard}),
    ...(env && {env}),
  })
  return asked.run(...words, ...more)
}

describe.each(prompts)('asked about $prompt', (prompt) => {
  test.each(cellsOf(prompt))('$cell: $code', async (cell) => {
    const {cluster = eu, config, first, already = 0, done} = prompt
    await using fleet = await openFleet([cluster], {...(config !== undefined && {config})})
    if (first) await fleet.shell.run(...first)
    const {exitCode, stdout} = await ask(fleet, prompt, cell)
    expect(exitCode).toBe(cell.code)
    const count = await done(fleet)
    // Wrong usage ends a command before its first question.
    if (cell.isYes) expect(count).toBeGreaterThan(already)
    else expect(count).toBe(cell.code === 2 && first === undefined ? 0 : already)
    if (cell.code === 130 || cell.code === 129) expect(stdout).toMatch(new RegExp(`^Exit ${cell.code}: `, 'm'))
  })
})

describe('a signal at the question', () => {
  const atQuestion = async (...words: readonly string[]) => {
    await using fleet = await openFleet([eu], {keyboard: {answers: [{key: 'ctrl-c'}]}})
    const ended = await fleet.shell.run(...run, ...words)
    return {...ended, writes: fleet.writes()}
  }

  test('is one line: nothing was written', async () => {
    const {stdout, stderr, writes} = await atQuestion()
    expect(stdout).toBe('Exit 130: Cancelled. Nothing was written.\n')
    expect(stderr).not.toContain('Stopping')
    expect(stderr).toMatch(/\? \[y\/N\] [^\n]*\n$/)
    expect(writes).toEqual([])
  })

  test('is a document where one was asked for', async () => {
    const report = (await atQuestion('-o', 'json')).document() as RunReport
    expect(report).toMatchObject({run: {consent: 'cancelled', ledger: null}, counts: {notRun: 2}, verdict: {code: 130}})
  })
})

describe('the plan shows the source of consent', () => {
  test.each([
    {words: ['--yes'], env: {}, says: 'Consent: --yes on the command line.', consent: '--yes'},
    {words: [], env: {HUBSPOKE_YES: '1'}, says: 'Consent: HUBSPOKE_YES in the environment;', consent: 'HUBSPOKE_YES'},
    {words: ['-y'], env: {HUBSPOKE_YES: '1'}, says: 'Consent: --yes on the command line.', consent: '--yes'},
  ])('$consent', async ({words, env, says, consent}) => {
    await using fleet = await openFleet([eu], {env})
    const {stderr, document} = await fleet.shell.run(...run, ...words, '-o', 'json')
    expect(stderr).toContain(says)
    expect(document()).toMatchObject({run: {consent}})
  })

  test('the prompt, and that HUBSPOKE_YES does not count at it', async () => {
    await using fleet = await openFleet([eu], {env: {HUBSPOKE_YES: '1'}, keyboard: {answers: ['y']}})
    const {stderr, document} = await fleet.shell.run(...run, '-o', 'json')
    expect(stderr).toContain('HUBSPOKE_YES does not count on a terminal.')
    expect(document()).toMatchObject({run: {consent: 'prompt'}})
  })

  test('--confirm names what it confirms; a dry run needs none', async () => {
    await using fleet = await openFleet([eu], {config: protectedEu})
    const {stderr} = await fleet.shell.run(...run, '--yes', '--confirm', 'eu', '--reason', 'a leak')
    expect(stderr).toContain('Confirmed by --confirm: eu.')
    const dry = await fleet.shell.run(...run, '--dry-run', 'client', '-o', 'json')
    expect(dry.stderr).not.toContain('Consent')
    expect(dry.document()).toMatchObject({run: {consent: null}})
  })
})

describe('a No before the first write', () => {
  const leftOut = 'Not included: 3 contexts not selected.'
  const fleetOf = (answers: readonly string[]) => {
    const contexts = ['arn:1/blue', 'arn:2/blue', 'green'].map((name) => ({name}))
    return openFleet([{...eu, contexts}], {config: protectedEu, answers: [...answers]})
  }

  test.each([
    {answers: ['green'], sentence: 'Declined: "green" is not the name of the protected context. Nothing was written.'},
    {answers: ['euu'], sentence: 'Declined: "euu" is not the name of the protected context. Nothing was written.'},
    {
      answers: ['blue'],
      sentence: 'Declined: "blue" matches several contexts: "arn:1/blue" and "arn:2/blue". Nothing was written.',
    },
    {answers: ['n'], sentence: 'Declined; nothing was written.'},
    {answers: [''], sentence: 'Declined; nothing was written.'},
    {answers: ['eu', '', ''], sentence: 'Declined; nothing was written.'},
    {answers: ['eu', 'a leak', 'n'], sentence: 'Declined; nothing was written.'},
  ])('is one sentence: $answers', async ({answers, sentence}) => {
    for (const words of [[], ['-o', 'wide']]) {
      await using fleet = await fleetOf(answers)
      const {stdout, exitCode} = await fleet.shell.run(...run, ...words)
      expect(stripVTControlCharacters(stdout).replace(/\s+/g, ' ').trim()).toBe(`Exit 7: ${sentence} ${leftOut}`)
      expect(exitCode).toBe(7)
      expect(fleet.writes()).toEqual([])
    }
    await using fleet = await fleetOf(answers)
    const report = (await fleet.shell.run(...run, '-o', 'json')).document() as RunReport
    expect(report).toMatchObject({
      run: {consent: 'declined'},
      counts: {notRun: 2},
      verdict: {code: 7, sentence: `${sentence} ${leftOut}`},
    })
  })

  test('the same for an image cache', async () => {
    await using fleet = await fleetOf(['green'])
    const {stderr, exitCode} = await fleet.shell.run('cache', 'refresh', '-c', 'eu')
    expect(stderr).toContain('Declined: "green" is not the name of the protected context. Nothing was written.')
    expect(exitCode).toBe(7)
  })
})

describe('--confirm', () => {
  const fleetOf = () =>
    openFleet([eu, {name: 'prod-us', workloads: runningWeb('web')}], {config: 'protectedContexts: [prod-us]\n'})
  const agreed = ['--yes', '--reason', 'a leak', '--confirm', 'prod-us'] as const

  test.each([
    {
      words: ['-c', 'eu,prod-us', ...agreed, '--confirm', 'eu'],
      confirmed: 'Confirmed by --confirm: prod-us.',
      note: 'eu',
    },
    {words: ['-c', 'eu', ...agreed], confirmed: undefined, note: 'prod-us'},
  ])('names only what it confirmed, and what needed no name: $note', async ({words, confirmed, note}) => {
    await using fleet = await fleetOf()
    const {stderr, exitCode} = await fleet.shell.run('restart', image, ...words)
    const plan = stderr.replace(/\s+/g, ' ')
    expect(/Confirmed by [^.]*\./.exec(plan)?.[0]).toBe(confirmed)
    expect(plan).toContain(`--confirm "${note}" confirms nothing: this context needs no confirmation here.`)
    expect(exitCode).toBe(0)
  })

  test.each([
    ['restart', image],
    ['restart', image, '--dry-run', 'client'],
    ['cache', 'refresh'],
    ['cache', 'watch'],
  ])('with an unknown context is wrong usage before a cluster is reached: %s %s %s', async (...command) => {
    await using fleet = await fleetOf()
    const words = [...command.filter((word) => word !== undefined), '-c', 'eu', '--yes', '--confirm', 'prod-su']
    const {stderr, exitCode} = await fleet.shell.run(...words)
    expect(stderr).toContain('--confirm "prod-su" names no context of the kubeconfig. Nothing was written.')
    expect(stderr).toContain('try: --confirm prod-us')
    expect(exitCode).toBe(2)
    expect(fleet.sandbox.clusters.flatMap((cluster) => cluster.requests())).toEqual([])
  })
})

describe('the plan names its targets', () => {
  const names = (count: number) => Array.from({length: count}, (_, index) => `web-${String(index).padStart(2, '0')}`)
  const many = {name: 'eu', workloads: runningWeb(...names(30))}

  test('up to twenty, and all with -o wide', async () => {
    await using fleet = await openFleet([many], {keyboard: {answers: ['n']}, screen: {columns: 80, rows: 24}})
    const {stderr} = await fleet.shell.run(...run)
    expect(stderr).toContain('Targets:\n  eu/shop/Deployment/web-00\n')
    expect(stderr).toContain('  eu/shop/Deployment/web-19\n')
    expect(stderr).not.toContain('Deployment/web-20')
    expect(stderr).toContain('  … and 10 more; -o wide names all.')
    await using wide = await openFleet([many], {keyboard: {answers: ['n']}})
    expect((await wide.shell.run(...run, '-o', 'wide')).stderr).toContain('  eu/shop/Deployment/web-29\n')
  })

  test('also in a retry; a dry run calls them planned, without a run id', async () => {
    await using fleet = await openFleet([{...eu, trouble: [refusing]}])
    await fleet.shell.run(...run, '--yes')
    const {stderr, stdout} = await fleet.shell.run('runs', 'retry', 'last', '--dry-run', 'client')
    expect(stderr).toContain('Targets:\n  eu/shop/Deployment/web\n')
    expect(stdout).toMatch(/\nplanned +eu +shop +Deployment\/web/)
    expect(stdout).toContain('Planned 1')
    expect(stdout).toMatch(/\nIt took /)
  })
})
