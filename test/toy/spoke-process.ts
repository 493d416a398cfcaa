// One call of the toy verb's spoke, in a process of its own: asked and answered in JSON.
import {HubspokeError, toFailure} from '../../src/model/failure.ts'
import {systemClock} from '../../src/shared/clock.ts'
import type {SpokeAnswer, SpokeCall} from './distribute-in-processes.ts'
import {stampFiles} from './stamp-files.ts'

const answer = (message: SpokeAnswer) => process.send?.(message)

process.once('message', async (asked: SpokeCall) => {
  const {run, target} = asked
  const spoke = stampFiles.spoke(stampFiles.parse(run.args), {
    ...{runId: run.id, mark: run.mark, resumed: false, clock: systemClock, by: () => 'the toy'},
    options: {wait: true, timeoutMs: undefined, failFast: false, changeCause: false, dryRun: false},
    events: {record: () => undefined},
    earlier: () => Promise.reject(new Error('the toy undoes nothing')),
    confirmCluster: async () => undefined,
    commands: {exists: async () => false, run: () => Promise.reject(new Error('the toy has no commands'))},
    manifests: {read: () => Promise.reject(new Error('the toy has no manifests'))},
    workloads: () => {
      throw new Error('the toy has no workloads')
    },
    objects: () => {
      throw new Error('the toy has no objects')
    },
  })
  const {signal} = new AbortController()
  const answered = () =>
    new Promise<void>((resolve) => {
      process.once('message', () => resolve())
    })
  try {
    const end =
      asked.call === 'act'
        ? await spoke.act(target, {
            ...{reason: undefined, sentBefore: asked.sentBefore, snapshot: undefined, signal},
            async writing(snapshot) {
              answer({says: 'writing', ...(snapshot && {snapshot})})
              await answered()
            },
            async writingPart(name) {
              answer({says: 'writing-part', name})
              await answered()
            },
            async part(part) {
              answer({says: 'part', part})
              await answered()
            },
          })
        : await spoke.settle(target, asked.receipt, {signal, onProgress: () => undefined, onTrouble: () => undefined})
    if (end === undefined || end.outcome === 'post-rollout-watch') throw new Error('the toy ends at once')
    answer({says: 'ended', end})
  } catch (error) {
    if (!(error instanceof HubspokeError)) throw error
    const {class: failureClass, message} = toFailure(error)
    answer({says: 'failed', failureClass, message})
  }
})
