import {describe, expect, test} from 'vitest'
import {quoted, reach} from '../kube/errors.ts'
import {kubectlCommand} from '../shared/suggested-command.ts'
import {type FailureClass, HubspokeError} from './failure.ts'

const names = ['wrong-token', 'my-password', 'secret', 'auth', 'api-key', 'bearer', 'basic', 'token', 'db-credentials']

const commands = (name: string): readonly string[] => [
  kubectlCommand({context: name}, 'auth', 'whoami'),
  kubectlCommand({context: name, namespace: name}, 'rollout', 'status', `deployment/${name}`),
  kubectlCommand({context: name}, 'create', 'namespace', name),
  kubectlCommand({context: 'eu', namespace: name}, 'describe', 'pod', name),
  ...reach(name),
]

const sentences = (name: string): readonly string[] => [
  `The cluster of context ${quoted(name)} did not accept the credentials (HTTP 401).`,
  `There are no credentials for context ${quoted(name)}: file token.txt cannot be read.`,
  `Context ${quoted(name)} does not permit this (HTTP 403): secrets ${quoted(name)} is forbidden.`,
  `The command aws for the credentials of context ${quoted(name)} exited with 1: Token has expired.`,
  `Context ${quoted(name)}: no answer within 5 s.`,
  `${name}: the namespace ${name} does not exist.`,
]

describe.each(names)('what is named %s', (name) => {
  test.each<FailureClass>(['usage', 'unauthenticated', 'forbidden', 'unreachable'])(
    'is whole in the commands that a failure of class %s suggests',
    (failureClass) => {
      expect(new HubspokeError(failureClass, 'No.', {suggestions: commands(name)}).suggestions).toEqual(commands(name))
    },
  )

  test.each(sentences(name))('is whole in our own sentence: %s', (sentence) => {
    expect(new HubspokeError('unauthenticated', sentence).message).toBe(sentence)
  })
})

test('message and suggestions are on one line, escaped and bounded', () => {
  const {message, suggestions} = new HubspokeError('forbidden', 'a\n\tb\u001b[31m\u202e', {
    suggestions: ['kubectl\u0007', 'x'.repeat(10_000)],
  })
  expect(message).toBe('a b\\u202e')
  expect(suggestions[0]).toBe('kubectl\\x07')
  expect(suggestions[1]).toHaveLength(8_192)
})

test('what was typed or configured is redacted where a usage error quotes it', () => {
  expect(new HubspokeError('usage', 'Invalid "password=hunter2".').message).not.toContain('hunter2')
})
