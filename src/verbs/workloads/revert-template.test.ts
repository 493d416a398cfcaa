import {describe, expect, test} from 'vitest'
import {createStage} from '../../../test/support/distribution/distribution.ts'
import {
  conflict,
  createInMemoryWorkloads,
  type InMemoryWorkloads,
} from '../../../test/support/distribution/in-memory-workloads.ts'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {workloadState} from '../../../test/support/distribution/workload-state.ts'
import type {PodTrouble} from '../../kube/ports/workloads.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {restart} from '../restart/restart.ts'
import {verbEnv} from '../testing/verb-env.ts'

const stamp = '2026-11-24T10:00:00.417Z'
const earlier = '2026-11-20T08:00:00Z'
const gaveUp = {type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'It took too long.'}
const lostReply = {afterwards: new HubspokeError('unreachable', 'The connection was cut.')}

interface Scene {
  readonly state?: Partial<WorkloadState>
  /** What happens between the failure and its undo. */
  readonly meanwhile?: (workloads: InMemoryWorkloads) => void
  /** What the controller makes of the undo; by default all is well a second later. */
  readonly afterwards?: (workloads: InMemoryWorkloads, state: WorkloadState) => void
}

/** A restart whose rollout is given up by the controller, and its undo. */
async function undo({state = {}, meanwhile = () => undefined, afterwards = recover}: Scene = {}) {
  const {clock, run} = createStage()
  const workloads = createInMemoryWorkloads(workloadState(state))
  workloads.onRestart = (written) => {
    void clock.sleep(1_000).then(() => {
      if (written.restartedAt !== stamp) return afterwards(workloads, written)
      workloads.before('read', () => meanwhile(workloads))
      workloads.change('web', {observedGeneration: written.generation, updated: 1, current: 4, conditions: [gaveUp]})
    })
  }
  const env = verbEnv(workloads, clock, {mark: stamp, options: {timeoutMs: 60_000, failFast: true}})
  const spoke = restart.spoke({image: 'ghcr.io/acme/web'}, env)
  const target = targetOf('web', 'eu-1', {kind: state.kind ?? 'Deployment'})
  const {results} = await run({plan: [target], spoke, fanOut: {undoFailed: true}})
  return {workloads, undo: results[0]?.undo, suggestions: results[0]?.failure?.suggestions}
}

/** The condition stays until a pod of the revision before is new; here none has to be. */
function recover(workloads: InMemoryWorkloads, {generation}: WorkloadState): void {
  workloads.change('web', {observedGeneration: generation, updated: 3, current: 3, conditions: []})
}

const undone = {outcome: 'undone', reason: 'back to the revision before'}
const notUndone = (reason: string) => ({outcome: 'not-undone', reason})

describe('the undo of a restart', () => {
  test('writes what was there, with the version that it has read', async () => {
    const ended = await undo({state: {restartedAt: earlier, ownAnnotations: {'hubspoke.dev/run-id': 'r'}}})
    expect(ended.undo).toEqual(undone)
    expect(ended.workloads.writes[1]).toEqual({
      restartedAt: earlier,
      resourceVersion: '102',
      generation: 2,
      annotations: {'hubspoke.dev/run-id': 'r', 'hubspoke.dev/by': null, 'hubspoke.dev/reason': null},
      dryRun: false,
    })
    expect(ended.workloads.feeds).toBe(0)
  })

  test('takes away what was not there', async () => {
    const {workloads} = await undo()
    expect(workloads.writes[1]).toMatchObject({restartedAt: null, annotations: {'hubspoke.dev/run-id': null}})
    expect(workloads.state('web')?.restartedAt).toBeUndefined()
  })

  test('gives back the change cause that our own restart has taken away, and leaves one that somebody has put there since', async () => {
    const ours = 'hubspoke restart: old (ada, run r)'
    const writesOf = async (scene: Scene) => (await undo(scene)).workloads.writes.map(({annotations}) => annotations)
    const cause = 'kubernetes.io/change-cause'
    const [wrote, back] = await writesOf({state: {changeCause: ours}})
    expect([wrote?.[cause], back?.[cause]]).toEqual([null, ours])
    const meanwhile = (workloads: InMemoryWorkloads) => workloads.change('web', {changeCause: 'kubectl edit'})
    const [, left] = await writesOf({state: {changeCause: ours}, meanwhile})
    expect(left).not.toHaveProperty(cause)
  })

  test('that meets a conflict reads and decides again', async () => {
    const ended = await undo({meanwhile: (workloads) => workloads.trouble('restart', conflict())})
    expect(ended.undo).toEqual(undone)
    expect(ended.workloads.writes).toHaveLength(2)
  })

  test('whose reply was lost is found and only watched', async () => {
    const ended = await undo({meanwhile: (workloads) => workloads.trouble('restart', lostReply)})
    expect(ended.undo).toEqual(undone)
    expect(ended.workloads.writes).toHaveLength(2)
    expect(ended.workloads.feeds).toBe(0)
  })

  test('is not judged by the word of the controller on the rollout before', async () => {
    const {undo: end} = await undo({
      afterwards(workloads, written) {
        workloads.change('web', {observedGeneration: written.generation, updated: 0, current: 1, conditions: [gaveUp]})
        setImmediate(() => recover(workloads, written))
      },
    })
    expect(end).toEqual(undone)
  })

  test('is judged by its next word', async () => {
    const {undo: end} = await undo({
      afterwards(workloads, {generation}) {
        workloads.change('web', {observedGeneration: generation, updated: 0, current: 1, conditions: []})
        setImmediate(() => workloads.change('web', {conditions: [gaveUp]}))
      },
    })
    expect(end?.reason).toMatch(/^its template is as before, and it is not healthy: .*progress deadline/)
  })
})

describe('a restart is left alone', () => {
  test.each<{because: string; change: Partial<WorkloadState>; reason: string}>([
    {
      because: 'it was recreated',
      change: {uid: 'other'},
      reason: 'it was deleted and created again',
    },
    {
      because: 'something else of its template was changed',
      change: {templateDigest: 'digest-2'},
      reason: 'its pod template has been changed since',
    },
    {
      because: 'somebody has restarted it since',
      change: {restartedAt: '2026-11-24T11:00:00Z'},
      reason: 'its pod template no longer has the restartedAt annotation of this run',
    },
    {
      because: 'somebody has rolled it back already',
      change: {restartedAt: undefined},
      reason: 'another client has put it back',
    },
    {because: 'it is paused', change: {paused: true}, reason: 'it is paused'},
  ])('where $because', async ({change, reason}) => {
    const ended = await undo({meanwhile: (workloads) => workloads.change('web', change)})
    expect(ended.undo).toEqual(notUndone(reason))
    expect(ended.workloads.writes).toHaveLength(1)
  })

  test('where it no longer exists', async () => {
    const ended = await undo({meanwhile: (workloads) => workloads.remove('web')})
    expect(ended.undo).toEqual(notUndone('it no longer exists'))
  })

  test('where it changes between the read and the write', async () => {
    const change = (workloads: InMemoryWorkloads) => () => workloads.change('web', {templateDigest: 'digest-2'})
    const ended = await undo({meanwhile: (workloads) => workloads.before('restart', change(workloads))})
    expect(ended.undo).toEqual(notUndone('its pod template has been changed since'))
    expect(ended.workloads.writes).toHaveLength(1)
  })
})

describe('a StatefulSet', () => {
  const revision = (workloads: InMemoryWorkloads, {generation}: WorkloadState) =>
    workloads.change('web', {observedGeneration: generation, ready: 2, updated: 2})
  const sts = {kind: 'StatefulSet', name: 'web'} as const
  const blocking: PodTrouble = {
    ...{pod: 'web-2', container: 'app', reason: 'NotReady', message: 'running but not ready', lasting: false},
    ...{crashed: false, blocks: true},
  }

  test('whose controller waits for a pod of the failed revision is given up after two looks, with what to type', async () => {
    const ended = await undo({
      state: sts,
      meanwhile: (workloads) => {
        workloads.troubles = [blocking]
      },
      afterwards: revision,
    })
    expect(ended.undo).toEqual(
      notUndone(
        'its template is as before, and its controller waits for pod web-2 of the failed revision until it is deleted',
      ),
    )
    expect(ended.suggestions?.[0]).toBe('kubectl --context eu-1 -n shop delete pod web-2')
  })
})
