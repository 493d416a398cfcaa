import {describe, expect, test} from 'vitest'
import {isPrintable} from '../../shared/printable.ts'
import type {PushEvent} from '../push-event.ts'
import {decide} from './decide.ts'
import {ruleOf} from './testing/parse-test-rules.ts'

const digest = (char: string) => `sha256:${char.repeat(64)}`
const web: PushEvent = {repository: 'ghcr.io/acme/web', tag: '1.4.2', digest: digest('a')}

const releases = ruleOf('name: releases, do: set-image, tags: {semver: ^1.4}')
const main = ruleOf('name: main, image: "ghcr.io/acme/web:main"')
const rest = ruleOf('name: rest')
const rules = [releases, main, rest]

describe('the first rule whose image and tags match', () => {
  test.each([
    ['1.4.2', releases],
    ['main', main],
    ['2.0.0', rest],
    ['latest', rest],
  ])('%s', (tag, rule) => {
    expect(decide(rules, {...web, tag})).toEqual({rule})
  })

  test('a repository of Docker Hub by its canonical name', () => {
    const nginx = ruleOf('image: nginx')
    expect(decide([nginx], {repository: 'docker.io/library/nginx', tag: '1.27'})).toEqual({rule: nginx})
  })

  test('it stays the rule where it only upgrades: no later one is used instead', () => {
    expect(decide(rules, web, {tag: '1.5.0'})).toEqual({
      ignored: 'ghcr.io/acme/web:1.4.2 is no upgrade of 1.5.0, which the rule "releases" set before.',
    })
  })
})

describe('nothing is done, for a reason that is said', () => {
  test.each<[string, PushEvent, string]>([
    ['no rule', {repository: 'ghcr.io/acme/api', tag: '1'}, 'No rule is about ghcr.io/acme/api:1.'],
    [
      'not its tag',
      {...web, tag: '2.0.0'},
      'The rule "releases" is about the image of ghcr.io/acme/web:2.0.0, but not about its tag.',
    ],
    [
      'a tag in the repository',
      {repository: 'ghcr.io/acme/web:1.4', tag: '1.4.2'},
      'ghcr.io/acme/web:1.4 is not a repository: it has a tag or a digest.',
    ],
    ['no tag', {repository: web.repository}, 'ghcr.io/acme/web was pushed by digest: rules are about tags.'],
  ])('%s', (_, event, ignored) => {
    expect(decide([releases], event)).toEqual({ignored})
  })
})

describe('earlier events', () => {
  test('the same digest under the same tag is done already', () => {
    expect(decide([rest], web, {digest: digest('a')})).toEqual({
      ignored: 'ghcr.io/acme/web:1.4.2 has had this digest since an earlier event.',
    })
  })

  test('a tag that moved back is acted on: only the last digest counts', () => {
    expect(decide([rest], web, {digest: digest('b')})).toEqual({rule: rest})
  })

  test('without a digest every event is acted on', () => {
    const {digest: _, ...without} = web
    expect(decide([rest], without, {digest: digest('a')})).toEqual({rule: rest})
  })

  test('restart does not look at the last tag', () => {
    expect(decide([rest], web, {tag: '1.5.0'})).toEqual({rule: rest})
  })

  test('set-image upgrades the last tag', () => {
    expect(decide([releases], web, {tag: '1.4.1'})).toEqual({rule: releases})
    expect(decide([releases], web, {tag: '1.4.2'})).toHaveProperty('ignored')
  })
})

const secret = `ghp_${'a1B2'.repeat(9)}`

test.each<PushEvent>([
  {repository: '', tag: 'a'},
  {repository: `ghcr.io/acme/${secret}`, tag: 'a'},
  {repository: 'ghcr.io/acme/web:1.4.2', tag: 'a'},
  {repository: `ghcr.io/acme/web@${digest('a')}`, tag: 'a'},
  {repository: 'ghcr.io/acme/web:1.4', tag: '2'},
  {repository: 'GHCR.io/Acme/web', tag: 'a'},
  {repository: 'ghcr.io/acme/\u001b[2Jweb', tag: 'a'},
  {repository: 'a'.repeat(100_000), tag: 'a'},
  {repository: 'ghcr.io/acme/{web,api}', tag: 'a'},
  {repository: 'ghcr.io/acme/*', tag: 'a'},
  {...web, tag: ''},
  {...web, tag: '{1.4.2,1.4.3}'},
  {...web, tag: '*'},
  {...web, tag: '1.4.2\u202e'},
  {...web, tag: 'x'.repeat(100_000)},
  {...web, tag: `1 ${secret}`},
  {...web, digest: 'sha256:00'},
  {...web, digest: `\u001b[31m${secret}`},
])('a hostile event is ignored with a sentence that is safe to print: %j', (event) => {
  const anyTag = [ruleOf(), ruleOf('image: "ghcr.io/acme/web:*"'), releases]
  const decision = decide(anyTag, event)
  const sentence = 'ignored' in decision ? decision.ignored : undefined
  expect(sentence).toBeDefined()
  expect(isPrintable(sentence ?? '')).toBe(true)
  expect(sentence).not.toContain(secret)
  expect(sentence?.length).toBeLessThan(700)
})
