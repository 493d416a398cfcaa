import {mergeNear} from '../../image/near-images.ts'
import type {WorkloadChange} from '../../kube/ports/workloads.ts'
import type {WorkloadKind} from '../../model/workload.ts'
import type {ImageCache} from '../cache/image-cache.ts'
import {answerByScan} from './answer-by-scan.ts'
import {answerFromCache} from './answer-from-cache.ts'
import {applyChanges, type NotCaughtUp, type ScannedKind, whyCaughtUp, whyNotCaughtUp} from './catch-up.ts'
import type {Answer, Reader} from './reader.ts'

type CaughtUp = {readonly kind: WorkloadKind; readonly changes: readonly WorkloadChange[]}
type Scanned = ScannedKind & {readonly answer: Answer}

/**
 * The answer of the cache with all changes since it was built. It is the same as that of lists: a kind without a proof that
 * its changes are complete is listed, and only that kind. A failure to read changes is not a failure of the answer.
 *
 * @param age of the cache, in milliseconds, if known
 */
export async function answerByChanges(reader: Reader, cache: ImageCache, age: number | undefined): Promise<Answer> {
  const parts = await Promise.all(reader.request.kinds.map((kind) => catchUpWith(reader, cache, kind)))
  const caughtUp = parts.filter((part) => 'changes' in part)
  const scanned = parts.filter((part) => 'answer' in part)
  if (caughtUp.length === 0) return mergeAnswers(scanned, {tier: 'scan', tierReason: whyNotCaughtUp(scanned)})
  const changes = caughtUp.flatMap((part) => part.changes)
  const kinds = caughtUp.map(({kind}) => kind)
  const changed = applyChanges(cache, changes)
  const fromCache = answerFromCache(changed, {...reader.request, kinds})
  const merged = mergeAnswers(
    scanned,
    {tier: 'cache+changes', tierReason: whyCaughtUp(changes.length, scanned)},
    fromCache,
  )
  return {...merged, cache: changed, ...(age !== undefined && {cacheAgeMs: age})}
}

/** The changes of a kind; a kind without the proof is scanned at once. */
async function catchUpWith(reader: Reader, cache: ImageCache, kind: WorkloadKind): Promise<CaughtUp | Scanned> {
  const version = cache.resourceVersions.get(kind)
  if (version === undefined) return scanKind(reader, kind, 'not-cached')
  const since = await reader.cluster.workloads.changesSince(kind, version, reader.deps.signal)
  return 'unproven' in since ? scanKind(reader, kind, since.unproven) : {kind, changes: since.changes}
}

async function scanKind(reader: Reader, kind: WorkloadKind, why: NotCaughtUp): Promise<Scanned> {
  const answer = await answerByScan({...reader, request: {...reader.request, kinds: [kind]}}, why)
  return {kind, why, answer}
}

/** All kinds together. It is a problem only where nothing was read at all; otherwise a kind without an answer is unread. */
function mergeAnswers(
  scanned: readonly Scanned[],
  source: Pick<Answer, 'tier' | 'tierReason'>,
  fromCache?: Omit<Answer, 'tier'>,
): Answer {
  const answers = [...(fromCache ? [fromCache] : []), ...scanned.map(({answer}) => answer)]
  const problem = answers.every((answer) => answer.problem) ? answers[0]?.problem : undefined
  const read = {
    matches: answers.flatMap(({matches}) => matches),
    workloadsRead: answers.reduce((sum, {workloadsRead}) => sum + workloadsRead, 0),
    near: answers.some(({matches}) => matches.length > 0) ? [] : mergeNear(answers.map(({near = []}) => near)),
    patternsSeen: new Set(answers.flatMap(({patternsSeen}) => [...patternsSeen])),
  }
  if (problem) return {...read, unread: [], problem}
  const unread = scanned.flatMap(({kind, answer}) =>
    answer.problem ? [{kind, failure: answer.problem}] : answer.unread,
  )
  return {...read, unread, ...source}
}
