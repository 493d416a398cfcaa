import {strategicMergePatch} from './raw-client.ts'
import type {KubeObject, RealCluster} from './real-cluster.ts'
import {namespace, workload} from './workloads.ts'

/** The next number in [0, 1) of a sequence that depends on the seed (mulberry32). */
export type Chance = () => number

export function seeded(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function pick<T>(chance: Chance, choices: readonly T[]): T {
  const chosen = choices[Math.floor(chance() * choices.length)]
  if (chosen === undefined) throw new Error('nothing to choose from')
  return chosen
}

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const
type Kind = (typeof kinds)[number]

/** Some namespaces full of workloads that change at random, in a cluster that really has them. */
export class RandomWorld {
  readonly namespaces = ['shop', 'ship', 'blog'] as const
  readonly repositories = ['registry.example/shop/web', 'registry.example/shop/api', 'registry.example/log'] as const
  readonly tags = ['1.0', '1.1', '2.0'] as const
  readonly #cluster: RealCluster
  readonly #chance: Chance
  readonly #places = new Map<string, KubeObject>()
  #named = 0

  constructor(cluster: RealCluster, chance: Chance) {
    this.#cluster = cluster
    this.#chance = chance
  }

  async populate(count: number): Promise<void> {
    await this.#cluster.apply(this.namespaces.map(namespace))
    for (let i = 0; i < count; i++) await this.#create()
  }

  /** Workloads beside these, which never change and which no question is about. */
  async surround(count: number): Promise<void> {
    await this.#cluster.apply([namespace('bystanders')])
    const objects = Array.from({length: count}, (_, i) =>
      workload({namespace: 'bystanders', name: `app-${i}`, image: 'registry.example/bystander:1', replicas: 0}),
    )
    await Promise.all(objects.map((object) => this.#expect(this.#cluster.client.post(pathOf(object, false), object))))
  }

  /** Does one thing that may happen in a cluster, and says what. */
  async change(): Promise<string> {
    const chance = this.#chance()
    const isCrowded = this.#places.size > 80
    const isEmpty = this.#places.size < 40
    if (isEmpty || (chance < 0.2 && !isCrowded)) return `create ${await this.#create()}`
    const place = pick(this.#chance, [...this.#places.keys()])
    const object = this.#places.get(place)
    if (object === undefined) throw new Error(`no ${place}`)
    if (isCrowded || chance < 0.4) {
      await this.#delete(place)
      return `delete ${place}`
    }
    if (chance < 0.5) {
      await this.#delete(place)
      await this.#post(this.#invent(object.kind as Kind, object.metadata.namespace ?? '', object.metadata.name))
      return `recreate ${place}`
    }
    return await this.#patch(place, object, chance)
  }

  async #patch(place: string, object: KubeObject, chance: number): Promise<string> {
    const send = (body: object) =>
      this.#expect(this.#cluster.client.patch(pathOf(object, true), body, strategicMergePatch))
    if (chance < 0.8) {
      const image = this.#image()
      await send({spec: {template: {spec: {containers: [{name: 'app', image}]}}}})
      return `set ${place} to ${image}`
    }
    if (chance < 0.9 && object.kind !== 'DaemonSet') {
      await send({spec: {replicas: Math.floor(this.#chance() * 3)}})
      return `scale ${place}`
    }
    await send({metadata: {labels: {touched: String(this.#chance())}}})
    return `label ${place}`
  }

  async #create(): Promise<string> {
    const name = `app-${this.#named++}`
    const object = this.#invent(pick(this.#chance, kinds), pick(this.#chance, this.namespaces), name)
    await this.#post(object)
    return placeOf(object)
  }

  /** One container `app`, in a third of them with another one beside it, or before it. */
  #invent(kind: Kind, namespace: string, name: string): KubeObject {
    const object = workload({kind, namespace, name, image: this.#image(), replicas: this.#chance() < 0.2 ? 1 : 0})
    const pod = (object.spec as {template: {spec: Record<string, object[]>}}).template.spec
    const chance = this.#chance()
    if (chance < 0.15) pod.containers?.push({name: 'side', image: this.#image()})
    else if (chance < 0.3) pod.initContainers = [{name: 'before', image: this.#image()}]
    return object
  }

  #image(): string {
    return `${pick(this.#chance, this.repositories)}:${pick(this.#chance, this.tags)}`
  }

  async #post(object: KubeObject): Promise<void> {
    await this.#expect(this.#cluster.client.post(pathOf(object, false), object))
    this.#places.set(placeOf(object), object)
  }

  async #delete(place: string): Promise<void> {
    const object = this.#places.get(place)
    if (object) await this.#expect(this.#cluster.client.delete(pathOf(object, true)))
    this.#places.delete(place)
  }

  async #expect(asked: Promise<{readonly status: number; readonly body: unknown}>): Promise<void> {
    const {status, body} = await asked
    if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  }

  /**
   * Does to one workload what makes it a target of this question, or ends that, and says what; undefined: there is no such
   * workload.
   *
   * @param except places that are left as they are
   */
  async decide(turn: Turn, {repository, tag}: Question, except: readonly string[] = []): Promise<Decided | undefined> {
    const running = new Set((await this.targets({repository, tag})).map(({place}) => place))
    const [runs, others] = [[...running], [...this.#places.keys()].filter((place) => !running.has(place))]
    const from = (turn === 'starts to run it' ? others : runs).filter((place) => !except.includes(place))
    if (from.length === 0) return undefined
    const place = pick(this.#chance, from)
    const object = this.#places.get(place)
    if (object === undefined) throw new Error(`no ${place}`)
    const image = `${repository}:${tag ?? pick(this.#chance, this.tags)}`
    const other = `${this.repositories.find((known) => known !== repository)}:1.0`
    const isTarget = turn === 'starts to run it' || turn === 'is recreated'
    if (turn === 'starts to run it') await this.#set(object, (name) => (name === 'app' ? image : undefined))
    else if (turn === 'stops running it') await this.#set(object, () => other)
    else await this.#delete(place)
    if (turn === 'is recreated' || turn === 'is recreated without it') {
      const {namespace = '', name} = object.metadata
      const again = {kind: object.kind as Kind, namespace, name, image: isTarget ? image : other, replicas: 0}
      await this.#post(workload(again))
    }
    return {place, turn, isTarget}
  }

  /** Gives its containers the images that `imageOf` has for their names. */
  async #set(object: KubeObject, imageOf: (container: string) => string | undefined): Promise<void> {
    const {spec} = (object.spec as List['items'][number]['spec']).template
    const changed = (containers: Containers) =>
      containers.flatMap(({name}) => {
        const image = imageOf(name)
        return image === undefined ? [] : [{name, image}]
      })
    const patch = {containers: changed(spec.containers), initContainers: changed(spec.initContainers ?? [])}
    const body = {spec: {template: {spec: patch}}}
    await this.#expect(this.#cluster.client.patch(pathOf(object, true), body, strategicMergePatch))
  }

  /** What runs the repository (with that tag) now, as the cluster itself lists it: `Kind namespace/name container=image`. */
  async running(repository: string, tag?: string): Promise<string[]> {
    const found = await this.#list({repository, tag})
    return found.flatMap(({place, matched}) => matched.map(({name, image}) => `${place} ${name}=${image}`)).sort()
  }

  /** The same as workloads, each once. */
  async targets(question: Question): Promise<Target[]> {
    const found = (await this.#list(question)).filter(({matched}) => matched.length > 0)
    return found.map(({place, uid}) => ({place, uid})).sort((one, other) => (one.place < other.place ? -1 : 1))
  }

  async #list({repository, tag}: Question): Promise<(Target & {readonly matched: Containers})[]> {
    const lists = await Promise.all(kinds.map((kind) => this.#cluster.get<List>(`/apis/apps/v1/${pluralOf(kind)}`)))
    const isAsked = ({image}: Containers[number]) =>
      tag === undefined ? image.startsWith(`${repository}:`) : image === `${repository}:${tag}`
    return lists.flatMap(({items}, i) =>
      items.map(({metadata: {namespace, name, uid}, spec: {template}}) => {
        const matched = [...template.spec.containers, ...(template.spec.initContainers ?? [])].filter(isAsked)
        return {place: `${kinds[i]} ${namespace}/${name}`, uid, matched}
      }),
    )
  }
}

/** What may happen to a workload that decides whether it is a target. */
export const turns = [
  'starts to run it',
  'stops running it',
  'is recreated',
  'is recreated without it',
  'is deleted',
] as const
export type Turn = (typeof turns)[number]

export interface Decided {
  /** `Kind namespace/name`. */
  readonly place: string
  readonly turn: Turn
  readonly isTarget: boolean
}

export interface Question {
  readonly repository: string
  /** Undefined: any. */
  readonly tag: string | undefined
}

export interface Target {
  /** `Kind namespace/name`. */
  readonly place: string
  readonly uid: string
}

interface List {
  readonly items: readonly {
    readonly metadata: {readonly namespace: string; readonly name: string; readonly uid: string}
    readonly spec: {
      readonly template: {readonly spec: {readonly containers: Containers; readonly initContainers?: Containers}}
    }
  }[]
}

type Containers = readonly {readonly name: string; readonly image: string}[]

const pluralOf = (kind: string): string => `${kind.toLowerCase()}s`
const placeOf = ({kind, metadata}: KubeObject): string => `${kind} ${metadata.namespace}/${metadata.name}`

function pathOf({kind, metadata}: KubeObject, itself: boolean): string {
  const collection = `/apis/apps/v1/namespaces/${metadata.namespace}/${pluralOf(kind)}`
  return itself ? `${collection}/${metadata.name}` : collection
}
