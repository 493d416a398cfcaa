import {fork} from 'node:child_process'
import {join} from 'node:path'
import {type DistributionRequest, distribute, type RunReference} from '../../src/distribution/distribute.ts'
import type {HubDeps} from '../../src/hub/contract.ts'
import {HubspokeError} from '../../src/model/failure.ts'
import type {Part} from '../../src/model/result.ts'
import type {Snapshot} from '../../src/model/snapshot.ts'
import type {Attempt, Receipt, Settled, Spoke, Written} from '../../src/model/spoke.ts'
import type {Target} from '../../src/model/target.ts'

/** One call of a spoke, as another process receives it. */
export type SpokeCall = {readonly run: RunReference; readonly target: Target} & (
  | {readonly call: 'act'; readonly sentBefore: boolean}
  | {readonly call: 'settle'; readonly receipt: Receipt}
)

/** What that process says: it is about to write, or it has ended. */
export type SpokeAnswer =
  | {readonly says: 'writing'; readonly snapshot?: Snapshot}
  | {readonly says: 'writing-part'; readonly name: string}
  | {readonly says: 'part'; readonly part: Part}
  | {readonly says: 'ended'; readonly end: Settled | Written}
  | {readonly says: 'failed'; readonly failureClass: HubspokeError['failureClass']; readonly message: string}

/** @param killAfterAct labels of targets whose process is killed right after its write, before its receipt was used */
export function distributeInProcesses(killAfterAct: readonly string[]): HubDeps['distribute'] {
  return (request, deps) => distribute({...request, spoke: remoteSpoke(request, killAfterAct)}, deps)
}

type Reports = Pick<Attempt, 'writing' | 'writingPart' | 'part'>

const noReports: Reports = {
  writing: async () => undefined,
  writingPart: async () => undefined,
  part: async () => undefined,
}

/** Undefined: that process has ended. */
function replyTo(answer: SpokeAnswer, {writing, writingPart, part}: Reports): Promise<void> | undefined {
  if (answer.says === 'writing') return writing(answer.snapshot)
  if (answer.says === 'writing-part') return writingPart(answer.name)
  return answer.says === 'part' ? part(answer.part) : undefined
}

/** The same spoke, each call of it in a process of its own: only JSON passes between them. */
function remoteSpoke({run, spoke: {inspect}}: DistributionRequest, killAfterAct: readonly string[]): Spoke {
  const killed = new Set<string>()
  /** Once per target: its process dies after the write, and its receipt with it. */
  const dies = ({call, target: {label}}: SpokeCall) => {
    if (call !== 'act' || !killAfterAct.includes(label) || killed.has(label)) return false
    killed.add(label)
    return true
  }
  const call = (asked: SpokeCall, attempt: Reports) =>
    new Promise<Settled | Written>((resolve, reject) => {
      const child = fork(join(import.meta.dirname, 'spoke-process.ts'))
      child.on('error', reject)
      child.on('exit', () => reject(new HubspokeError('unreachable', 'The process of the spoke died.')))
      child.on('message', (answer: SpokeAnswer) => {
        const reply = replyTo(answer, attempt)
        if (reply !== undefined) return void reply.then(() => child.send('done'), reject)
        if (answer.says === 'failed') reject(new HubspokeError(answer.failureClass, answer.message))
        else if (answer.says === 'ended' && !dies(asked)) resolve(answer.end)
        else child.kill('SIGKILL')
        child.disconnect()
      })
      child.send(asked)
    })
  return {
    inspect,
    act: (target, attempt) => call({call: 'act', run, target, sentBefore: attempt.sentBefore}, attempt),
    async settle(target, receipt) {
      const end = await call({call: 'settle', run, target, receipt}, noReports)
      if (end.outcome === 'written') throw new Error('a settle wrote')
      return end
    },
  }
}
