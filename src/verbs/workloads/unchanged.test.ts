import {describe, expect, test} from 'vitest'
import {createInMemoryWorkloads} from '../../../test/support/distribution/in-memory-workloads.ts'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {workloadState} from '../../../test/support/distribution/workload-state.ts'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import type {WorkloadRevision} from '../../kube/ports/workloads.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {restart} from '../restart/restart.ts'
import {scale} from '../scale/scale.ts'
import {setImage} from '../set-image/set-image.ts'
import {createAttempts} from '../testing/processes.ts'
import {verbEnv} from '../testing/verb-env.ts'
import {undo} from '../undo/undo.ts'
import type {Verb} from '../verb.ts'

const image = 'ghcr.io/acme/web'
const later = {restartedAt: '2026-11-24T10:00:01Z'}
const present: WorkloadRevision = {
  revision: 3,
  images: [{container: 'app', image: `${image}:1.0`, role: 'container'}],
  template: {},
}

interface Case {
  readonly verb: Pick<Verb, 'name' | 'parse' | 'spoke'>
  readonly args: ArgumentsEntry
  /** Why there is nothing to write. */
  readonly reason: string
  readonly has?: Partial<WorkloadState>
}

const cases: readonly Case[] = [
  {verb: restart, args: {image}, has: later, reason: `restarted since, at ${later.restartedAt}`},
  {verb: undo, args: {image}, has: later, reason: `restarted since, at ${later.restartedAt}`},
  {verb: undo, args: {image, 'to-revision': 3}, reason: 'revision 3 is the present one'},
  {verb: setImage, args: {image, new: `${image}:1.0`}, reason: `it runs ${image}:1.0 already`},
  {verb: scale, args: {image, replicas: '3'}, reason: 'it has 3 replicas already'},
] as readonly Case[]

async function act({verb, args, has}: Case, changes: Partial<WorkloadState> = {}) {
  const state = workloadState({...has, ...changes})
  const clock = createVirtualClock({start: new Date('2026-11-24T10:00:05Z')})
  const workloads = createInMemoryWorkloads(state)
  const env = verbEnv({...workloads, revisions: async () => [present]}, clock)
  const matched = [{container: 'app', image: `${image}:1.0`, role: 'container'}] as const
  const target = {...targetOf('web', 'eu-1', {kind: state.kind}), matched}
  const end = await verb.spoke(verb.parse(args), env).act(target, createAttempts()())
  return {end, written: workloads.writes.length + workloads.scales.length}
}

describe.each(cases)('$verb.name: $reason', (it) => {
  test('unchanged where its pods are as its template says', async () => {
    expect(await act(it)).toEqual({end: {outcome: 'unchanged', reason: it.reason}, written: 0})
  })

  test.each([
    {has: {available: 1}, because: 'pods are not available'},
    {has: {generation: 2}, because: 'its controller has not seen it'},
    {
      has: {available: 1, conditions: [{type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded'}]},
      because: 'its controller has given up',
    },
  ])('no success where $because', async ({has}) => {
    const {end, written} = await act(it, has as Partial<WorkloadState>)
    expect(end).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringMatching(`^${it.reason}, and not (rolled out|available): `),
      failure: {class: 'rollout', suggestions: ['kubectl --context eu-1 -n shop rollout status deployment/web']},
    })
    expect(written).toBe(0)
  })
})

describe('scale', () => {
  const none: Case = {verb: scale, args: {image, replicas: '0'}, reason: ''} as Case

  test('to a number that it has already is not about its template: an old pod more is none too few', async () => {
    const rolling = {current: 4, updated: 1}
    expect((await act(cases[4] as Case, rolling)).end).toMatchObject({outcome: 'unchanged'})
  })

  test.each([
    {current: 0, outcome: 'unchanged'},
    {current: 2, outcome: 'skipped'},
  ])('to 0, which it has already, with $current pods left: $outcome', async ({current, outcome}) => {
    const {end} = await act(none, {wanted: 0, updated: 0, ready: 0, available: current, current})
    expect(end).toMatchObject({outcome})
  })
})

test('where its strategy replaces no pod, and all were replaced, it is unchanged', async () => {
  const {end} = await act(cases[3] as Case, {kind: 'DaemonSet', strategy: 'OnDelete'})
  expect(end).toMatchObject({outcome: 'unchanged'})
})
