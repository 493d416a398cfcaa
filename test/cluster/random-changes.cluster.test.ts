import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Tier} from '../../src/model/cluster.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {findInProcess, foundIn, type InProcess} from './find-in-process.ts'
import {type Chance, pick, RandomWorld, seeded} from './random-world.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'

const binaries = await controlPlaneOrSkip()
const rounds = Number(process.env.HUBSPOKE_SOAK_ROUNDS ?? 40)
const seed = Number(process.env.HUBSPOKE_SEED ?? 20_261_124)

/** Servers that do not answer lists from their cache seldom prove anything: there the answer is right, and mostly a scan. */
const provesChanges = !process.env.HUBSPOKE_TEST_APISERVER_FLAGS?.includes('ConsistentListFromCache=false')

/** What is special about a round: the server forgets everything, or the cache has for one kind a version from long ago. */
type Special = 'forgets' | 'long-ago' | undefined

interface Round {
  readonly number: number
  readonly special: Special
  readonly tier: Tier | undefined
  readonly tierReason: string
  readonly ms: number
  readonly mismatch: string | undefined
}

const isByChanges = ({tier, tierReason}: Round): boolean => tier === 'cache+changes' && !tierReason.includes('scanned')

describe.skipIf(!binaries)('an exact answer', () => {
  let cluster: RealCluster
  let world: RandomWorld
  let hubspoke: InProcess
  let chance: Chance

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'random', nodes: 2, ...(binaries && {binaries})})
    chance = seeded(seed)
    world = new RandomWorld(cluster, chance)
    await world.populate(60)
    hubspoke = await findInProcess(cluster, {smallCluster: 0})
    await hubspoke.refresh()
  }, 120_000)
  afterAll(async () => {
    await hubspoke?.access.close()
    await cluster?.delete()
  })

  const specialOf = (number: number): Special => {
    if (number % 20 === 13) return 'forgets'
    // Before it forgot for the first time, a server remembers everything.
    return number % 10 === 7 && number > 13 ? 'long-ago' : undefined
  }

  async function editCache(edit: (text: string) => string): Promise<void> {
    const path = '/api/v1/namespaces/hubspoke-system/configmaps/deployment-image-cache'
    const {data} = await cluster.get<{data: Record<string, string>}>(path)
    await cluster.client.patch(path, {data: {'cache.json': edit(data['cache.json'] ?? '')}})
  }

  /** For a kind, what the cache says it was built from becomes what no server remembers. */
  async function backdate(kind: string): Promise<void> {
    await editCache((text) => text.replace(new RegExp(`"${kind}":"\\d+"`), `"${kind}":"1"`))
  }

  async function forget(): Promise<void> {
    await cluster.expireHistory()
    await cluster.stopApiServer()
    await cluster.startApiServer()
  }

  async function play(number: number): Promise<Round> {
    const special = specialOf(number)
    if (special || chance() < 0.8) await hubspoke.refresh()
    const happened: string[] = []
    for (let left = Math.floor(chance() * 13); left > 0; left--) happened.push(await world.change())
    if (special === 'long-ago') await backdate(pick(chance, ['Deployment', 'StatefulSet', 'DaemonSet']))
    if (special === 'forgets') await forget()
    const {reading, ms, question, live} = await ask()
    const found = foundIn(reading)
    const isSame = JSON.stringify(found) === JSON.stringify(live) && reading.unread.length === 0
    const mismatch = isSame ? undefined : JSON.stringify({number, question, happened, found, live, reading})
    return {number, special, tier: reading.tier, tierReason: reading.tierReason ?? '', ms, mismatch}
  }

  /** Asks for a repository, or one tag of it, everywhere or in some namespaces; and then the cluster itself for the same. */
  async function ask() {
    const repository = pick(chance, world.repositories)
    const tag = chance() < 0.4 ? pick(chance, world.tags) : undefined
    const namespaces = chance() < 0.2 ? ['sh*'] : []
    const image = tag === undefined ? repository : `${repository}:${tag}`
    const startedAt = performance.now()
    const reading = await hubspoke.find(image, {namespaces})
    const ms = performance.now() - startedAt
    const running = await world.running(repository, tag)
    const live = running.filter((line) => namespaces.length === 0 || / sh[io]p\//.test(line))
    return {reading, ms, question: {image, namespaces}, live}
  }

  test(
    `is what a list says, in ${rounds} rounds of random changes`,
    async () => {
      const played: Round[] = []
      for (let number = 1; number <= rounds; number++) played.push(await play(number))
      report(played)
      expect(played.flatMap(({mismatch}) => mismatch ?? [])).toEqual([])
      const ordinary = played.filter(({special}) => special === undefined)
      const byChanges = ordinary.filter(isByChanges)
      if (!provesChanges) return
      expect(byChanges.length / ordinary.length).toBeGreaterThanOrEqual(0.9)
      for (const {special, tier, tierReason} of played) {
        if (special === 'forgets') {
          const reason = 'the image cache could not be caught up with: the server no longer has changes that old'
          expect({tier, tierReason}).toEqual({tier: 'scan', tierReason: reason})
        }
        if (special === 'long-ago') {
          expect(tier).toBe('cache+changes')
          expect(tierReason).toMatch(
            /changes?; (Deployment|StatefulSet|DaemonSet)s scanned: the server no longer has changes that old/,
          )
        }
      }
    },
    60_000 + rounds * 4_000,
  )

  test.each([-1, 0, 1])('on a machine whose clock is %i h off, a proof is as old as the server says', async (hours) => {
    const clock = {...systemClock, date: () => new Date(Date.now() + hours * 3_600_000)}
    const there = await findInProcess(cluster, {smallCluster: 0, fresh: {provenWithinMs: 60_000}}, clock)
    const {headers} = await cluster.client.get('/version')
    const prove = (ageMs: number) => {
      const provenAt = new Date(Date.parse(String(headers.date)) - ageMs).toISOString()
      return editCache((text) => JSON.stringify({...JSON.parse(text), provenAt}))
    }
    await hubspoke.refresh()
    await prove(0)
    const taken = await there.find(world.repositories[0])
    expect(taken).toMatchObject({tier: 'cache', cost: {requests: 1}})
    await prove(600_000)
    const {tier, tierReason} = await there.find(world.repositories[0])
    expect(tier).not.toBe('cache')
    expect(tierReason).toMatch(/^the image cache was proved complete 10m\d*s? ago; the image cache (with|could not)/)
    await there.access.close()
  })

  function report(played: readonly Round[]): void {
    const counts = new Map<string, number>()
    for (const {tier, tierReason} of played) {
      const key = `${tier} (${tierReason.replace(/\d+ changes?|no changes/, 'changes')})`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    const times = played.filter(({tier}) => tier === 'cache+changes').map(({ms}) => ms)
    const sorted = times.toSorted((a, b) => a - b)
    const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
    const mismatches = played.filter(({mismatch}) => mismatch !== undefined).length
    for (const [key, count] of counts) console.log(`  ${count} x ${key}`)
    const byChanges = played.filter(isByChanges)
    const scans = played.filter(({tier}) => tier === 'scan').length
    console.log(
      `figures: ${played.length} rounds (seed ${seed}), ${mismatches} mismatches; ${byChanges.length} by changes alone, ` +
        `${times.length - byChanges.length} with a kind listed, ${scans} by lists; ` +
        `cache+changes took ${at(0)} to ${at(1)} ms, median ${at(0.5)} ms`,
    )
  }
})
