import {describe, expect, test} from 'vitest'
import {HubspokeError} from '../../model/failure.ts'
import {type ContextChoice, selectContexts} from './select-contexts.ts'

const eks = 'arn:aws:eks:eu-west-1:123:cluster/prod'
const names = ['prod-eu', 'prod-us', 'staging', eks, 'admin@lab.example:6443', 'dev']
const contexts = names.map((name) => ({name, server: `https://${name}`, namespace: 'default'}))
const choose = (choice: Partial<ContextChoice>) =>
  selectContexts({contexts, patterns: [], groups: [], knownGroups: [], allContexts: false, writes: false, ...choice})

function refusal(choice: Partial<ContextChoice>): HubspokeError {
  try {
    choose(choice)
  } catch (error) {
    if (error instanceof HubspokeError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a read', () => {
  test.each([
    {patterns: [], expected: names, because: 'all contexts by default'},
    {patterns: ['staging'], expected: ['staging'], because: 'a plain name'},
    {patterns: ['prod'], expected: undefined, because: 'a name is no prefix'},
    {patterns: ['prod-*'], expected: ['prod-eu', 'prod-us'], because: 'a glob'},
    {patterns: ['dev', 'prod-*'], expected: ['prod-eu', 'prod-us', 'dev'], because: 'the order is the kubeconfig’s'},
    {patterns: ['prod-*', 'prod-eu'], expected: ['prod-eu', 'prod-us'], because: 'nothing comes twice'},
    {patterns: ['!dev'], expected: names.filter((name) => name !== 'dev'), because: 'an exclude alone starts from all'},
    {patterns: ['!prod-eu', 'prod-*'], expected: ['prod-us'], because: 'an exclude wins at any position'},
    {patterns: ['arn:*'], expected: [eks], because: 'a glob matches slashes and colons'},
    {patterns: ['*/prod'], expected: [eks], because: 'a glob matches slashes'},
    {patterns: ['*@*'], expected: ['admin@lab.example:6443'], because: 'at signs are ordinary'},
    {patterns: ['prod-?s'], expected: ['prod-us'], because: 'one character'},
  ])('of $patterns: $because', ({patterns, expected}) => {
    if (expected === undefined) expect(refusal({patterns}).failureClass).toBe('usage')
    else expect(choose({patterns}).selected.map(({name}) => name)).toEqual(expected)
  })

  test('lists the excluded contexts, in order', () => {
    expect(choose({patterns: ['prod-*', '!prod-us']}).leftOut.map(({name}) => name)).toEqual(
      names.filter((name) => name !== 'prod-eu'),
    )
  })
})

describe('a write', () => {
  test('without a selection of contexts is refused, with suggestions', () => {
    const error = refusal({writes: true})
    expect(error.failureClass).toBe('usage')
    expect(error.message).toBe('A command that writes needs the contexts to include.')
    expect(error.suggestions).toEqual([...names.map((name) => `-c ${name}`), '--all-contexts'])
  })

  test('with only an exclude is refused: the rest may include forgotten clusters', () => {
    expect(refusal({writes: true, patterns: ['!dev']}).message).toBe(
      'A command that writes needs the contexts to include, not only those to exclude.',
    )
  })

  test('selects named contexts, and all on request', () => {
    expect(choose({writes: true, patterns: ['prod-*']}).selected).toHaveLength(2)
    expect(choose({writes: true, allContexts: true}).selected).toHaveLength(6)
    expect(choose({writes: true, allContexts: true, patterns: ['!dev']}).leftOut.map(({name}) => name)).toEqual(['dev'])
  })

  test('a long list of contexts is truncated', () => {
    const many = Array.from({length: 30}, (_, i) => ({name: `c${i}`, server: '', namespace: ''}))
    expect(refusal({contexts: many, writes: true}).suggestions.slice(-3)).toEqual([
      '-c c9',
      '(and 20 more contexts)',
      '--all-contexts',
    ])
  })
})

describe('groups', () => {
  const group = (name: string, ...patterns: string[]) => ({name, patterns, from: '/home/jane/config.yaml'})
  const prod = group('prod', 'prod-*', '!prod-us')
  const us = group('us', '*-us')

  test.each([
    {groups: [prod], patterns: [], expected: ['prod-eu'], because: 'its contexts, without its excludes'},
    {
      groups: [prod, us],
      patterns: [],
      expected: ['prod-eu', 'prod-us'],
      because: 'an exclude applies only to its own group',
    },
    {groups: [prod], patterns: ['dev'], expected: ['prod-eu', 'dev'], because: 'the contexts of -c are added'},
    {
      groups: [prod],
      patterns: ['prod-us'],
      expected: ['prod-eu', 'prod-us'],
      because: 'also those that the group excludes',
    },
    {
      groups: [us, prod],
      patterns: ['!prod-eu'],
      expected: ['prod-us'],
      because: 'an exclude of -c applies to all groups',
    },
    {groups: [group('all', '*')], patterns: ['!*prod*', '!admin*'], expected: ['staging', 'dev'], because: 'several'},
  ])('$groups and $patterns: $because', ({groups, patterns, expected}) => {
    const {selected, leftOut} = choose({groups, patterns, writes: true})
    expect(selected.map(({name}) => name)).toEqual(expected)
    expect(selected.length + leftOut.length).toBe(names.length)
  })

  test.each([
    {patterns: ['prod-*', 'prod-ue'], says: '"prod-ue"', because: 'a typo would make it smaller'},
    {patterns: ['prod-*', '!prod-uss'], says: '"!prod-uss"', because: 'a typo would make it larger'},
  ])('with $patterns are wrong configuration, named with their file: $because', ({patterns, says}) => {
    const error = refusal({groups: [us, group('prod', ...patterns)]})
    expect(error.failureClass).toBe('usage')
    expect(error.message).toBe(
      `The group "prod" of /home/jane/config.yaml names what no context of the kubeconfig matches: ${says}.`,
    )
    expect(error.suggestions.length).toBeGreaterThan(0)
  })

  test('without any context are wrong configuration', () => {
    expect(refusal({groups: [us, group('none', 'dev', '!d*')]}).message).toBe(
      'The group "none" of /home/jane/config.yaml leaves no context.',
    )
  })

  test('cannot be combined with --all-contexts', () => {
    expect(refusal({groups: [us], allContexts: true}).failureClass).toBe('usage')
  })

  test('may be many, and long', () => {
    const many = Array.from({length: 500}, (_, i) => ({name: `team-${i}`, server: '', namespace: ''}))
    const groups = Array.from({length: 50}, (_, g) =>
      group(`g${g}`, ...many.slice(g * 8, g * 8 + 100).map(({name}) => name), `!team-${g * 8}`),
    )
    const {selected} = choose({contexts: many, groups, patterns: ['!team-4*']})
    const expected = many.slice(1, 492).filter(({name}) => !name.startsWith('team-4'))
    expect(selected).toEqual(expected)
  })

  test('are suggested when nothing was selected', () => {
    expect(refusal({writes: true, knownGroups: ['prod', 'us']}).suggestions.slice(0, 3)).toEqual([
      '-g prod',
      '-g us',
      '-c prod-eu',
    ])
  })
})

describe('wrong usage', () => {
  test('is a pattern that matches nothing, even beside good ones', () => {
    const error = refusal({patterns: ['staging', 'prod-ue', 'nope*']})
    expect(error.failureClass).toBe('usage')
    expect(error.message).toBe('No context of the kubeconfig matches "prod-ue", "nope*".')
    expect(error.suggestions).toEqual(['-c prod-eu', '-c prod-us'])
  })

  test('is an exclude that matches nothing: it may be a mistyped name of a cluster that would be written', () => {
    const error = refusal({patterns: ['prod-*', '!prod-uss']})
    expect(error.message).toBe('No context of the kubeconfig matches "!prod-uss".')
    expect(error.suggestions).toEqual(["-c '!prod-us'"])
  })

  test.each(['', '!'])('is the empty pattern %j, and all contexts are named', (pattern) => {
    expect(refusal({patterns: [pattern]}).suggestions).toHaveLength(6)
  })

  test('is to exclude everything', () => {
    expect(refusal({patterns: ['dev', '!d*']}).message).toBe('The patterns of -c leave no context.')
  })

  test('is to select all and some', () => {
    expect(refusal({allContexts: true, patterns: ['dev']}).message).toBe(
      'Use --all-contexts, or name contexts with -c or -g, not both.',
    )
  })

  test('is a kubeconfig without contexts', () => {
    expect(refusal({contexts: []}).message).toBe('The kubeconfig has no contexts.')
  })

  test('control characters are escaped', () => {
    expect(refusal({patterns: ['\u001b[2J']}).message).toBe('No context of the kubeconfig matches "\\x1b[2J".')
  })
})
