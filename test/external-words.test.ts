import {describe, expect, test} from 'vitest'
import {saidOnCommandLine} from '../src/cli/flags/command-line-flags.ts'
import {kindFlag} from '../src/cli/flags/flag-types.ts'
import {outputFlags} from '../src/cli/flags/flags.ts'
import {decodeImageCache} from '../src/discovery/cache/decode-image-cache.ts'
import {digestProblem} from '../src/image/image-ref.ts'
import {networkError} from '../src/kube/connection/network-errors.ts'
import {parseWatchEvent} from '../src/kube/watch/watch-stream.ts'
import {workloadResources} from '../src/kube/workloads/workload-resources.ts'
import {toWorkloadState} from '../src/kube/workloads/workload-state.ts'
import {parseRecord} from '../src/ledger/parse-record.ts'
import {protectsPods} from '../src/model/disruption-budget.ts'
import {parseLabelSelector} from '../src/sandbox/api/selectors.ts'
import {fileProblem} from '../src/shared/file-error.ts'
import {own} from '../src/shared/own.ts'
import {ledgerFormats} from '../src/verbs/ledger-formats.ts'
import {verbs} from '../src/verbs/verbs.ts'

/** Words that every JavaScript object answers to. */
const words = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'isPrototypeOf']

const party = {context: 'prod', server: 'https://prod.test'}
const limits = {connectMs: 1, responseMs: 1}
const withCode = (code: string) => Object.assign(new Error('x'), {code})
const watched = {resource: workloadResources.Deployment, namespace: undefined}
const deployment = {kind: 'Deployment', metadata: {namespace: 'a', name: 'b', uid: 'u', resourceVersion: '1'}}
const requirement = (key: string) => ({key, operator: 'Exists' as const, values: []})

/** Every table that is asked with a word from outside: what it says of a word that it does not know. */
const tables: Readonly<Record<string, {readonly ask: (word: string) => unknown; readonly unknown: unknown}>> = {
  'any table': {ask: (word) => own({a: 1}, word), unknown: undefined},
  'network errors': {
    ask: (code) => networkError(party, withCode(code), 'sent', limits)?.failureClass,
    unknown: 'unreachable',
  },
  'file errors': {ask: (code) => fileProblem(withCode(code)), unknown: expect.stringMatching(/^\w+$/)},
  'types of ledger records': {
    ask: (type) => parseRecord(JSON.stringify({type, at: 'x'}), ledgerFormats),
    unknown: 'unknown',
  },
  'verbs of ledgers': {ask: (word) => verbs.get(word), unknown: undefined},
  'flags that were typed': {ask: (word) => saidOnCommandLine([`--${word}`], outputFlags).size, unknown: 0},
  'flags that were negated': {ask: (word) => saidOnCommandLine([`--no-${word}`], outputFlags).size, unknown: 0},
  'algorithms of digests': {
    ask: (word) => digestProblem(`${word}:${'0'.repeat(64)}`),
    unknown: expect.stringMatching(/must start with/),
  },
  'types of watch events': {
    ask: (type) => parseWatchEvent(JSON.stringify({type, object: deployment}), watched),
    unknown: {why: 'an event in it has no type that a watch has'},
  },
  'kinds of cached workloads': {
    ask: (kind) => decodeImageCache(JSON.stringify({images: {a: [{namespace: 'a', name: 'b', kind}]}})),
    unknown: expect.objectContaining({images: new Map([['a', []]])}),
  },
  'labels of a disruption budget': {
    ask: (key) => protectsPods({selector: [requirement(key)]} as unknown as Parameters<typeof protectsPods>[0], {}),
    unknown: false,
  },
  'annotations of a workload': {
    ask: (key) =>
      toWorkloadState('Deployment', JSON.parse(`{"metadata":{"annotations":{"${key}":"x"}}}`)).ownAnnotations,
    unknown: {},
  },
  'labels of the sandbox': {ask: (key) => parseLabelSelector(`${key.replaceAll('_', '')}`)({}), unknown: false},
}

describe.each(Object.entries(tables))('%s', (_name, {ask, unknown}) => {
  test.each(words)('know no %s', (word) => {
    expect(ask(word)).toEqual(unknown)
  })
})

test.each(words)('--kind knows no %s', async (word) => {
  const {parse} = kindFlag()
  await expect(parse(word, {} as never, {} as never)).rejects.toMatchObject({failureClass: 'usage'})
})

test.each(words)('an image of the cache may be called %s', (word) => {
  const cache = decodeImageCache(`{"images":{"${word}":[{"namespace":"a","name":"b"}]}}`)
  expect(cache).toMatchObject({images: new Map([[word, [{kind: 'Deployment', namespace: 'a', name: 'b'}]]])})
})
