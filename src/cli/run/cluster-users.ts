import {within} from '../../lease/within.ts'
import type {Actor, KubernetesUser, LocalUser} from '../../model/actor.ts'
import {actorWords} from '../../model/actor.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Plan} from '../../model/target.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'

/** For the record only: no write waits longer for it. */
const longestMs = 5_000

/** Who acts in a run: the account of this machine, and whom each cluster takes it for. */
export interface Actors {
  /** One request per cluster, through the context that it is written through. Never rejects: a user may stay unknown. */
  learn(targets: Plan): Promise<void>
  usernameIn(context: string): string | undefined
  /** `ada on laptop-7, Kubernetes user system:admin` */
  words(context: string): string
  actor(): Actor
}

export function createActors(
  user: LocalUser,
  {clock}: Pick<Runtime, 'clock'>,
  clusters: Pick<Clusters, 'open'>,
  {stop, onEvent}: Pick<Session, 'stop' | 'onEvent'>,
): Actors {
  const users = new Map<string, KubernetesUser>()
  const ask = async (context: string, clusterUid: string): Promise<void> => {
    const limit = {ms: longestMs, sentence: 'It took too long.', clock, signal: stop.signal}
    try {
      const username = await within(limit, (signal) => clusters.open(context).access.whoAmI(signal))
      users.set(context, {clusterUid, username})
    } catch (error) {
      if (!(error instanceof HubspokeError)) throw error
      onEvent({type: 'detail', message: `${context}  the Kubernetes user is not known: ${error.message}`})
    }
  }
  const usernameIn = (context: string) => users.get(context)?.username
  return {
    async learn(targets) {
      const contexts = new Map(targets.map(({via, place}) => [via, place]))
      await Promise.all([...contexts].map(([context, clusterUid]) => ask(context, clusterUid)))
    },
    usernameIn,
    words: (context) => actorWords(user, usernameIn(context)),
    actor: () => ({...user, kubernetesUsers: [...users.values()]}),
  }
}
