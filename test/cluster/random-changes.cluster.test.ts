import {readFileSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {systemClock} from '../../src/shared/clock.ts'
import {openShell, type Shell} from '../support/run-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {findInProcess, foundIn, type InProcess} from './find-in-process.ts'
import {
  type Answered,
  editCache,
  imageOf,
  playRounds,
  type Round,
  randomQuestion,
  roundFigures,
  shareByChanges,
} from './random-rounds.ts'
import {type Chance, type Question, RandomWorld, seeded, turns} from './random-world.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'

const binaries = await controlPlaneOrSkip()
const rounds = Number(process.env.HUBSPOKE_SOAK_ROUNDS ?? 40)
const seed = Number(process.env.HUBSPOKE_SEED ?? 20_261_124)

/** Servers that do not answer lists from their cache seldom prove anything: there the answer is right, and mostly a scan. */
const provesChanges = !process.env.HUBSPOKE_TEST_APISERVER_FLAGS?.includes('ConsistentListFromCache=false')

/** What the rounds are to have been answered by; what they answered is judged before. */
function expectTiers(played: readonly Round[]): void {
  if (!provesChanges) return
  expect(shareByChanges(played)).toBeGreaterThanOrEqual(90)
  for (const {special, tier, tierReason} of played) {
    if (special === 'forgets') {
      const reason = 'the image cache could not be brought up to date: the server no longer has changes that old'
      expect({tier, tierReason}).toEqual({tier: 'scan', tierReason: reason})
    }
    if (special === 'long-ago') {
      expect(tier).toBe('cache+changes')
      expect(tierReason).toMatch(
        /changes?; (Deployment|StatefulSet|DaemonSet)s scanned: the server no longer has changes that old/,
      )
    }
  }
}

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

  /** Asks for a repository, or one tag of it, everywhere or in some namespaces; and then the cluster itself for the same. */
  async function askFind(): Promise<Answered> {
    const {repository, tag} = randomQuestion({world, chance})
    const namespaces = chance() < 0.2 ? ['sh*'] : []
    const image = imageOf({repository, tag})
    const startedAt = performance.now()
    const reading = await hubspoke.find(image, {namespaces})
    const ms = performance.now() - startedAt
    const running = await world.running(repository, tag)
    const live = running.filter((line) => namespaces.length === 0 || / sh[io]p\//.test(line))
    const found = foundIn(reading)
    const isSame = JSON.stringify(found) === JSON.stringify(live) && reading.unread.length === 0
    const mismatch = isSame ? undefined : {question: {image, namespaces}, found, live, reading}
    return {tier: reading.tier, tierReason: reading.tierReason ?? '', ms, mismatch}
  }

  test(
    `is what a list says, in ${rounds} rounds of random changes`,
    async () => {
      const played = await playRounds(rounds, {cluster, world, hubspoke, chance}, {ask: askFind})
      console.log(roundFigures('find', played, seed))
      expect(played.flatMap(({mismatch}) => mismatch ?? [])).toEqual([])
      expectTiers(played)
    },
    60_000 + rounds * 4_000,
  )

  test.each([-1, 0, 1])('on a machine whose clock is %i h off, a proof is as old as the server says', async (hours) => {
    const clock = {...systemClock, date: () => new Date(Date.now() + hours * 3_600_000)}
    const there = await findInProcess(cluster, {smallCluster: 0, fresh: {provenWithinMs: 60_000}}, clock)
    const {headers} = await cluster.client.get('/version')
    const prove = (ageMs: number) => {
      const provenAt = new Date(Date.parse(String(headers.date)) - ageMs).toISOString()
      return editCache(cluster, (text) => JSON.stringify({...JSON.parse(text), provenAt}))
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

  describe('of a restart', () => {
    let shell: Shell
    const planRounds = Math.ceil(rounds / 3)

    beforeAll(async () => {
      // So many that reading each target takes less than a list.
      await world.surround(250)
      shell = await openShell({kubeconfig: readFileSync(cluster.kubeconfigPath, 'utf8'), clock: systemClock})
    }, 60_000)
    afterAll(() => shell?.[Symbol.asyncDispose]())

    /** The plan of a restart, which writes nothing: targets as `Kind namespace/name` with their UIDs. */
    async function plan(question: Question, ...words: readonly string[]) {
      const all = ['--all-contexts', '--dry-run', 'client', '-o', 'json', ...words]
      const {document} = await shell.run('restart', imageOf(question), ...all)
      const {clusters, results, excluded, verdict} = document() as RunReport
      const targets = results.map(({kind, namespace, name, uid}) => ({place: `${kind} ${namespace}/${name}`, uid}))
      return {targets: targets.sort(byPlace), entry: clusters[0], excluded, verdict}
    }

    /** The cache says that a list takes long: a restart has no flag that chooses its proof. */
    const pretendLarge = () => editCache(cluster, (text) => JSON.stringify({...JSON.parse(text), workloads: 20_000}))

    /** One workload begins or ceases to be a target; and at once the restart is planned. */
    async function askPlan(number: number): Promise<Answered> {
      const question = randomQuestion({world, chance})
      const turn = turns[number % turns.length] ?? 'starts to run it'
      const decided = await world.decide(turn, question)
      const startedAt = performance.now()
      const {targets, entry, excluded} = await plan(question)
      const ms = performance.now() - startedAt
      const live = await world.targets(question)
      const isPlanned = targets.some(({place}) => place === decided?.place)
      const isSame =
        JSON.stringify([targets, excluded, entry?.status, entry?.dropped]) === JSON.stringify([live, [], 'read', []]) &&
        (decided === undefined || isPlanned === decided.isTarget)
      const mismatch = isSame ? undefined : {question, decided, targets, live, entry, excluded}
      return {tier: entry?.tier ?? undefined, tierReason: entry?.tierReason ?? '', ms, mismatch}
    }

    test(
      `is planned for what a list names, by UID, in ${planRounds} rounds of random changes`,
      async () => {
        await hubspoke.refresh()
        await pretendLarge()
        const deps = {cluster, world, hubspoke, chance}
        const played = await playRounds(planRounds, deps, {refreshed: pretendLarge, ask: askPlan})
        console.log(roundFigures('plan of restart', played, seed))
        expect(played.flatMap(({mismatch}) => mismatch ?? [])).toEqual([])
        expectTiers(played)
      },
      60_000 + planRounds * 4_000,
    )

    test('by an image cache as it is has no workload that is gone or changed, and names it as dropped', async () => {
      const question = {repository: world.repositories[0], tag: undefined}
      for (let count = 0; count < 4; count++) await world.decide('starts to run it', question)
      await hubspoke.refresh()
      const before = await world.targets(question)
      const places: string[] = []
      for (const turn of [...turns.filter((one) => one !== 'starts to run it'), 'starts to run it'] as const) {
        places.push((await world.decide(turn, question, places))?.place ?? '')
      }
      const [changed, recreated, replaced, gone, young] = places
      const {targets, entry, verdict} = await plan(question, '--fresh', 'cache')
      const live = await world.targets(question)
      const droppedAs = (place: string | undefined, why: string) => ({place, why})
      expect(entry?.tier).toBe('cache')
      expect(
        entry?.dropped
          .map(({kind, namespace, name, why}) => ({place: `${kind} ${namespace}/${name}`, why}))
          .sort(byPlace),
      ).toEqual(
        [
          droppedAs(gone, 'gone'),
          droppedAs(changed, 'runs another image'),
          droppedAs(replaced, 'runs another image'),
        ].sort(byPlace),
      )
      // The cache is older than the youngest, and that is the only one missing.
      expect(targets).toEqual(live.filter(({place}) => place !== young))
      expect(live.map(({place}) => place)).toContain(young)
      const uidBefore = before.find(({place}) => place === recreated)?.uid
      expect(targets.map(({place}) => place)).toContain(recreated)
      expect(targets.map(({uid}) => uid)).not.toContain(uidBefore)
      expect(verdict.sentence).toContain('3 workloads of the image cache dropped (gone, or runs another image)')
    })
  })
})

interface Placed {
  readonly place: string | undefined
}

const byPlace = ({place: one = ''}: Placed, {place: other = ''}: Placed): number => (one < other ? -1 : 1)
