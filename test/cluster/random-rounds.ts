import type {Tier} from '../../src/model/cluster.ts'
import type {InProcess} from './find-in-process.ts'
import {type Chance, pick, type Question, type RandomWorld} from './random-world.ts'
import type {RealCluster} from './real-cluster.ts'

/** What is special about a round: the server forgets everything, or the cache has for one kind a version from long ago. */
type Special = 'forgets' | 'long-ago' | undefined

/** What a command answered, and how that differs from the cluster itself. */
export interface Answered {
  readonly tier: Tier | undefined
  readonly tierReason: string
  readonly ms: number
  /** Undefined: in nothing. */
  readonly mismatch: object | undefined
}

export interface Round extends Answered {
  readonly number: number
  readonly special: Special
}

export interface RoundDeps {
  readonly cluster: RealCluster
  readonly world: RandomWorld
  readonly hubspoke: InProcess
  readonly chance: Chance
}

/** A round: mostly the image cache is refreshed, up to 12 random things happen, and then a command is asked. */
export interface RoundScript {
  /** What happens to the image cache when it was refreshed. */
  refreshed?(): Promise<void>
  ask(number: number): Promise<Answered>
}

const path = '/api/v1/namespaces/hubspoke-system/configmaps/deployment-image-cache'

export async function playRounds(count: number, deps: RoundDeps, script: RoundScript): Promise<Round[]> {
  const played: Round[] = []
  for (let number = 1; number <= count; number++) played.push(await playRound(number, deps, script))
  return played
}

async function playRound(number: number, deps: RoundDeps, script: RoundScript): Promise<Round> {
  const {cluster, world, hubspoke, chance} = deps
  const special = specialOf(number)
  if (special || chance() < 0.8) {
    await hubspoke.refresh()
    await script.refreshed?.()
  }
  const happened: string[] = []
  for (let left = Math.floor(chance() * 13); left > 0; left--) happened.push(await world.change())
  if (special === 'long-ago') await backdate(cluster, pick(chance, ['Deployment', 'StatefulSet', 'DaemonSet']))
  if (special === 'forgets') await forget(cluster)
  const answered = await script.ask(number)
  const mismatch = answered.mismatch && {number, special, happened, ...answered.mismatch}
  return {...answered, number, special, mismatch}
}

function specialOf(number: number): Special {
  if (number % 20 === 13) return 'forgets'
  // Before it forgot for the first time, a server remembers everything.
  return number % 10 === 7 && number > 13 ? 'long-ago' : undefined
}

/** A repository, or one tag of it. */
export function randomQuestion({world, chance}: Pick<RoundDeps, 'world' | 'chance'>): Question {
  const repository = pick(chance, world.repositories)
  return {repository, tag: chance() < 0.4 ? pick(chance, world.tags) : undefined}
}

export function imageOf({repository, tag}: Question): string {
  return tag === undefined ? repository : `${repository}:${tag}`
}

export async function editCache(cluster: RealCluster, edit: (text: string) => string): Promise<void> {
  const {data} = await cluster.get<{data: Record<string, string>}>(path)
  await cluster.client.patch(path, {data: {'cache.json': edit(data['cache.json'] ?? '')}})
}

/** For a kind, what the cache says it was built from becomes what no server remembers. */
async function backdate(cluster: RealCluster, kind: string): Promise<void> {
  await editCache(cluster, (text) => text.replace(new RegExp(`"${kind}":"\\d+"`), `"${kind}":"1"`))
}

async function forget(cluster: RealCluster): Promise<void> {
  await cluster.expireHistory()
  await cluster.stopApiServer()
  await cluster.startApiServer()
}

/** Without a list of any kind. */
const isByChanges = ({tier, tierReason}: Answered): boolean =>
  tier === 'cache+changes' && !tierReason.includes('scanned')

const isOrdinary = ({special}: Round): boolean => special === undefined

/** In percent, of the rounds in which the server remembers everything. */
export function shareByChanges(played: readonly Round[]): number {
  const ordinary = played.filter(isOrdinary)
  return (100 * ordinary.filter(isByChanges).length) / ordinary.length
}

/** One line of figures, after a line per tier and its reason. */
export function roundFigures(title: string, played: readonly Round[], seed: number): string {
  const reasons = Map.groupBy(
    played,
    ({tier, tierReason}) => `${tier} (${tierReason.replace(/\d+ changes?|no changes/, 'changes')})`,
  )
  const times = played.filter(({tier}) => tier === 'cache+changes').map(({ms}) => ms)
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  const mismatches = played.filter(({mismatch}) => mismatch !== undefined).length
  const byChanges = played.filter(isByChanges).length
  const scans = played.filter(({tier}) => tier === 'scan').length
  return [
    ...[...reasons].map(([reason, rounds]) => `  ${rounds.length} x ${reason}`),
    `figures: ${title}: ${played.length} rounds (seed ${seed}), ${mismatches} mismatches; ${byChanges} by changes alone, ` +
      `${times.length - byChanges} with a kind listed, ${scans} by lists; ` +
      `cache+changes took ${at(0)} to ${at(1)} ms, median ${at(0.5)} ms`,
  ].join('\n')
}
