import {expect, test} from 'vitest'
import {exitCodes} from '../model/exit-code.ts'
import type {RunFacts} from '../model/run-facts.ts'
import {failed, failure, readInPart, reading, result, runFacts, scope, unreadable} from './testing/facts.ts'
import {verdictOfRun} from './verdict.ts'

const rollout = failure('rollout', 'It is stuck.')
const bug = failure('internal', 'A bug in hubspoke: TypeError: x is not a function')
const three = [reading('eu'), reading('us'), reading('ap')]
const oneDown = [reading('eu'), unreadable('us', failure('unreachable')), reading('ap')]
const partial = readInPart('us', {kind: 'DaemonSet', failure: failure('forbidden')})
const web = result('eu/shop/Deployment/web')
const cart = result('eu/shop/Deployment/cart')
const stuck = failed('eu/shop/Deployment/pay', rollout)
const accepted = result('eu/shop/Deployment/late', 'unverified', {reason: 'accepted', failure: rollout})
const notRun = result('eu/shop/Deployment/last', 'not-run', {reason: 'stopped'})
const paused = result('eu/shop/Deployment/off', 'skipped', {reason: 'paused', failure: failure('not-restartable')})
const gone = result('eu/shop/Deployment/gone', 'skipped', {reason: 'It does not run the image any more.'})
const same = result('eu/shop/Deployment/same', 'unchanged', {reason: 'restarted since'})
const planned = result('eu/shop/Deployment/plan', 'not-run', {reason: 'dry run'})

interface Row {
  readonly facts: Partial<RunFacts>
  readonly code: number
  readonly sentence?: string
  readonly because: string
}

const success: readonly Row[] = [
  {
    facts: {results: [web]},
    code: 0,
    sentence: 'The only target succeeded.',
    because: 'all is read and in the desired state',
  },
  {facts: {results: [web, cart]}, code: 0, sentence: 'All 2 targets succeeded.', because: 'more than one'},
  {
    facts: {results: [web, same, gone]},
    code: 0,
    sentence: 'All 3 targets are in the desired state: 1 succeeded, 1 was unchanged and 1 was skipped.',
    because: 'a target in the desired state, or gone, needs no attention',
  },
  {facts: {results: [same]}, code: 0, because: 'a second run with the same id finds its work done'},
  {facts: {results: [gone]}, code: 0, because: 'a target that no longer runs the image is in the desired state'},
  {
    facts: {results: [web, cart], waited: false},
    code: 0,
    sentence: 'All 2 targets were accepted, not waited for.',
    because: '--no-wait promises no more than that',
  },
  {
    facts: {results: [web], dryRun: 'server'},
    code: 0,
    sentence: 'The only target would be accepted (dry run; nothing was written).',
    because: 'the server was asked and said yes',
  },
  {
    facts: {results: [planned, planned], dryRun: 'client'},
    code: 0,
    sentence: '2 targets planned, nothing was written (dry run).',
    because: 'not run is what a client dry run wants',
  },
  {facts: {readings: three, allowEmpty: true}, code: 0, because: '--allow-empty takes an empty answer'},
]

const nothing: readonly Row[] = [
  {
    facts: {readings: three},
    code: 3,
    sentence:
      'Nothing runs "ghcr.io/acme/web" among Deployments, StatefulSets and DaemonSets in all namespaces of 3 contexts.',
    because: 'a mistyped image must not look healthy',
  },
  {
    facts: {readings: [reading('eu')], scope: scope(['eu'], {kinds: ['Deployment'], namespaces: ['shop']})},
    code: 3,
    sentence: 'Nothing runs "ghcr.io/acme/web" among Deployments in shop of 1 context.',
    because: 'an empty answer refers to a named set only',
  },
  {facts: {readings: three, arguments: {}}, code: 3, because: 'a run without an image can be empty too'},
  {facts: {readings: [], allowEmpty: true}, code: 3, because: 'of no context nothing was shown'},
  {facts: {readings: three, dryRun: 'client'}, code: 3, because: 'a dry run tells a typo too'},
]

const unread: readonly Row[] = [
  {
    facts: {readings: oneDown, results: [web, cart]},
    code: 4,
    sentence: 'Cannot reach 1 of 3 contexts; the 2 targets found elsewhere succeeded.',
    because: 'a cluster that is down is never a shorter run',
  },
  {
    facts: {readings: oneDown},
    code: 4,
    sentence: 'Cannot reach 1 of 3 contexts; nothing matched in what was read.',
    because: 'not found and not looked at are two things',
  },
  {facts: {readings: oneDown, allowEmpty: true}, code: 4, because: '--allow-empty never changes 4'},
  {
    facts: {readings: [partial], results: [web]},
    code: 4,
    sentence: '1 of 1 context could be read only in part; the one target found succeeded.',
    because: 'a forbidden kind may hide a target',
  },
  {facts: {readings: [partial]}, code: 4, because: 'read in part and nothing matched'},
  {facts: {readings: [partial], allowEmpty: true}, code: 4, because: '--allow-empty never changes 4, in part neither'},
  {
    facts: {readings: [unreadable('eu', failure('unauthenticated'))]},
    code: 4,
    sentence: 'No valid credentials for 1 of 1 context; nothing matched in what was read.',
    because: 'expired credentials are named',
  },
  {
    facts: {readings: [unreadable('eu', failure('timeout')), partial], results: [same]},
    code: 4,
    sentence: 'Cannot read 2 of 2 contexts in full; of the one target found 1 was unchanged.',
    because: 'causes of several kinds share no word',
  },
  {
    facts: {readings: oneDown, results: [planned, planned], dryRun: 'client'},
    code: 4,
    sentence:
      'Cannot reach 1 of 3 contexts; the 2 targets found elsewhere would be acted on (dry run; nothing was written).',
    because: 'a dry run over a broken fleet is not whole',
  },
  {
    facts: {readings: oneDown, results: [web], waited: false},
    code: 4,
    sentence: 'Cannot reach 1 of 3 contexts; the one target found elsewhere was accepted, not waited for.',
    because: '--no-wait does not hide a cluster that is down',
  },
]

const targets: readonly Row[] = [
  {facts: {results: [web, cart, stuck]}, code: 1, sentence: '1 of 3 targets failed.', because: 'one failed'},
  {facts: {results: [stuck, stuck]}, code: 1, sentence: '2 of 2 targets failed.', because: 'all failed'},
  {
    facts: {results: [web, accepted]},
    code: 1,
    sentence: '1 of 2 targets is unverified.',
    because: 'a write whose end was not seen is no success',
  },
  {
    facts: {results: [web, paused]},
    code: 1,
    sentence: '1 of 2 targets could not be acted on.',
    because: 'a paused Deployment did not restart',
  },
  {
    facts: {results: [stuck, accepted, paused, web]},
    code: 1,
    sentence: '1 of 4 targets failed, 1 is unverified and 1 could not be acted on.',
    because: 'every kind of trouble is told',
  },
  {
    facts: {readings: oneDown, results: [web, stuck]},
    code: 1,
    sentence: '1 of 2 targets failed; cannot reach 1 of 3 contexts.',
    because: 'a failed target is more actionable than a context, and both are told',
  },
  {
    facts: {results: [planned, stuck], dryRun: 'client'},
    code: 1,
    sentence: '1 of 2 targets would fail (dry run; nothing was written).',
    because: 'what preflight refuses is found before the first write',
  },
  {facts: {results: [stuck], allowEmpty: true}, code: 1, because: '--allow-empty is about empty answers only'},
  {facts: {results: [stuck], waited: false}, code: 1, because: 'a refused write fails without waiting'},
  {
    facts: {results: [web, accepted], stoppedBy: 'deadline'},
    code: 1,
    because: 'the deadline left nothing not-run: unverified is the fact that counts',
  },
]

const stopped: readonly Row[] = [
  {
    facts: {results: [web, stuck, notRun], stoppedBy: 'max-failures'},
    code: 5,
    sentence:
      'Stopped early after too many failures (--max-failures): of 3 targets 1 failed, 1 succeeded and 1 was not run.',
    because: 'the budget stopped it with targets left',
  },
  {
    facts: {results: [web, notRun], stoppedBy: 'deadline'},
    code: 5,
    sentence: 'Stopped early at the deadline: of 2 targets 1 succeeded and 1 was not run.',
    because: 'the deadline stopped it with targets left',
  },
  {facts: {results: [web, notRun], stoppedBy: 'ledger'}, code: 5, because: 'what cannot be recorded is not started'},
  {facts: {readings: oneDown, results: [stuck, notRun], stoppedBy: 'deadline'}, code: 5, because: '5 before 1 and 4'},
  {facts: {results: [web], stoppedBy: 'deadline'}, code: 0, because: 'the deadline came when all was done'},
  {facts: {results: [stuck], stoppedBy: 'max-failures'}, code: 1, because: 'nothing was left to stop'},
  {
    facts: {results: [notRun, notRun], declined: true},
    code: 7,
    sentence: 'Declined; nothing was written.',
    because: 'the answer was No',
  },
  {
    facts: {results: [web, notRun], declined: true},
    code: 7,
    sentence: 'Declined between waves: of 2 targets 1 succeeded and 1 was not run.',
    because: 'the answer was No between waves',
  },
  {facts: {results: [stuck, notRun], declined: true, stoppedBy: 'deadline'}, code: 7, because: '7 before 5 and 1'},
  {facts: {readings: oneDown, results: [notRun], declined: true}, code: 7, because: '7 before 4'},
  {
    facts: {results: [web, accepted, notRun], stoppedBy: 'SIGINT'},
    code: 130,
    sentence: 'Interrupted (SIGINT): of 3 targets 1 is unverified, 1 succeeded and 1 was not run.',
    because: 'Ctrl-C',
  },
  {facts: {results: [notRun], stoppedBy: 'SIGTERM'}, code: 143, because: 'a job was cancelled'},
  {facts: {results: [notRun], stoppedBy: 'SIGHUP'}, code: 129, because: 'the terminal went away'},
  {
    facts: {readings: [], stoppedBy: 'SIGINT'},
    code: 130,
    sentence: 'Interrupted (SIGINT): no target was planned yet.',
    because: 'Ctrl-C during discovery',
  },
  {
    facts: {results: [failed('eu/a/Deployment/b', bug)], declined: true, stoppedBy: 'SIGINT'},
    code: 130,
    because: 'a signal before everything, even before a bug',
  },
]

const bugs: readonly Row[] = [
  {
    facts: {results: [web, failed('eu/a/Deployment/b', bug)]},
    code: 70,
    sentence: 'A bug in hubspoke: TypeError: x is not a function',
    because: 'an unexpected error',
  },
  {facts: {readings: [unreadable('eu', bug)]}, code: 70, because: 'a bug while reading is not an unreachable cluster'},
  {facts: {readings: [readInPart('eu', {kind: 'DaemonSet', failure: bug})]}, code: 70, because: 'a bug in one list'},
  {facts: {results: [failed('eu/a/Deployment/b', bug), notRun], declined: true}, code: 70, because: '70 before 7'},
  {
    facts: {results: [web, notRun]},
    code: 70,
    sentence: 'A bug in hubspoke: the run ended, and some of its results are missing.',
    because: 'a target that was not run, and nothing that stopped it',
  },
  {facts: {results: [planned]}, code: 70, because: 'not run is in the desired state in a dry run only'},
  {facts: {results: [planned], dryRun: 'server'}, code: 70, because: 'a server dry run asks for every target'},
  {
    facts: {readings: [reading('eu')], scope: scope(['eu', 'us']), results: [web]},
    code: 70,
    because: 'a selected context without a reading was not read',
  },
  {
    facts: {readings: [reading('eu')], scope: scope(['eu', 'us']), allowEmpty: true},
    code: 70,
    because: 'nothing matched cannot be said of a context without a reading',
  },
]

const rows = [...success, ...nothing, ...unread, ...targets, ...stopped, ...bugs]

test.each(rows)('exit $code: $because', ({facts, code, sentence}) => {
  const verdict = verdictOfRun(runFacts(facts))
  expect(verdict.code).toBe(code)
  // What is not included has tests of its own: omissions.test.ts.
  if (sentence !== undefined) expect(verdict.sentence.split(' Not included: ')[0]).toBe(sentence)
  expect(exitCodes[verdict.name].code).toBe(code)
})

test('every sentence is one line that ends like a sentence', () => {
  for (const {facts} of rows) expect(verdictOfRun(runFacts(facts)).sentence).toMatch(/^[A-Z0-9][^\n]*[.)n]$/)
})
