import {Parser} from '@oclif/core'
import {describe, expect, test} from 'vitest'
import Restart from '../../commands/restart.ts'
import SetImage from '../../commands/set-image.ts'
import {commandLine} from './command-line.ts'
import {ruleOf} from './testing/parse-test-rules.ts'

const repository = 'ghcr.io/acme/web'
const runId = '20261201-120000-0abc'

test('the shortest one', () => {
  expect(commandLine(ruleOf(), {repository, tags: ['main']}, runId)).toEqual([
    ...['restart', 'ghcr.io/acme/web:main', '-c', 'prod', '--run-id', runId, '--yes'],
  ])
})

const full = `tags: {semver: "*"}, contexts: [eu-*, "!eu-test"], groups: [prod, lab], namespaces: [shop, shop-*], waves: "1,100%", \
pause: 5m, maxFailures: 10%, undoFailed: true, confirm: [prod-eu, "prod,us"], fresh: 30s, reason: it is time, dryRun: true`

test('every key of a rule', () => {
  expect(commandLine(ruleOf(full), {repository, tags: ['1.4.2']}, runId)).toEqual([
    ...['restart', 'ghcr.io/acme/web:1.4.2', '-c', 'eu-*', '-c', '!eu-test', '-g', 'prod', '-g', 'lab'],
    ...['-n', 'shop', '-n', 'shop-*', '--fresh', '30s', '--waves', '1,100%', '--pause', '5m', '--max-failures', '10%'],
    ...['--undo-failed', '--confirm', 'prod-eu', '--confirm', 'prod,us', '--reason', 'it is time'],
    ...['--dry-run', 'client', '--run-id', runId, '--yes'],
  ])
})

describe('the image', () => {
  const images = (rule: string, change: object) => commandLine(ruleOf(rule), {repository, tags: [], ...change}, runId)
  test.each([
    ['do: restart', {tags: ['1', 'latest', '1']}, ['restart', 'ghcr.io/acme/web:{1,latest}']],
    ['do: restart', {digest: 'sha256:00'}, ['restart', 'ghcr.io/acme/web@sha256:00']],
    ['do: restart', {tags: ['1'], digest: 'sha256:00'}, ['restart', 'ghcr.io/acme/web:1']],
    ['do: set-image', {tags: ['1.10.0', '1.9.0']}, ['set-image', 'ghcr.io/acme/web', ':1.10.0', '--only-newer', '-c']],
    ['do: set-image', {tags: ['1.9.0', 'main']}, ['set-image', 'ghcr.io/acme/web', ':main', '-c']],
    ['do: set-image', {digest: 'sha256:00'}, ['set-image', 'ghcr.io/acme/web', '@sha256:00']],
  ])('%s %j', (rule, change, words) => {
    expect(images(rule, change).slice(0, words.length)).toEqual(words)
  })

  test('a change without tag and digest is a bug', () => {
    expect(() => images('do: set-image', {})).toThrow('A change has a tag of its rule, or a digest.')
  })
})

describe('is read by the commands as the rule says it', () => {
  const parserOf = (command: typeof Restart | typeof SetImage, words: readonly string[]) =>
    Parser.parse([...words], {args: command.args, flags: command.flags, strict: true})

  test('restart', async () => {
    const [, ...words] = commandLine(ruleOf(full), {repository, tags: ['1.4.2']}, runId)
    const {args, flags} = await parserOf(Restart, words)
    expect(args).toEqual({image: 'ghcr.io/acme/web:1.4.2'})
    expect(flags).toMatchObject({
      ...{context: ['eu-*', '!eu-test'], group: ['prod', 'lab'], namespace: ['shop', 'shop-*'], waves: '1,100%'},
      ...{
        pause: '5m',
        'max-failures': '10%',
        'undo-failed': true,
        confirm: ['prod-eu', 'prod,us'],
        'dry-run': 'client',
      },
      ...{fresh: {provenWithinMs: 30_000}, reason: 'it is time', 'run-id': runId, yes: true},
    })
  })

  test('set-image', async () => {
    const [, ...words] = commandLine(ruleOf('do: set-image'), {repository, tags: ['main']}, runId)
    const {args, flags} = await parserOf(SetImage, words)
    expect(args).toEqual({image: repository, new: ':main'})
    expect(flags).toMatchObject({context: ['prod'], yes: true})
  })

  test('values with spaces, quotes and wildcards are one word each', async () => {
    const rule = ruleOf(`contexts: ["it's $(a) b"], reason: "a; 'b' \\"c\\""`)
    const [, ...words] = commandLine(rule, {repository, tags: ['1']}, runId)
    const {flags} = await parserOf(Restart, words)
    expect(flags).toMatchObject({context: ["it's $(a) b"], reason: `a; 'b' "c"`})
  })
})
