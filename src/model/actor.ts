/** The account that started a run on this machine, from the operating system: no environment variable is trusted. */
export interface LocalUser {
  /** Of the account with this uid; null: it has no entry, as in many containers. */
  readonly name: string | null
  /** Null where accounts have none. */
  readonly uid: number | null
  /** The caller that `sudo` names; any process may have set it. Null: none. */
  readonly sudoUser: string | null
  readonly host: string
}

/** Whom a cluster takes this run for. */
export interface KubernetesUser {
  readonly clusterUid: string
  readonly username: string
}

/** Who acts in a run. */
export interface Actor extends LocalUser {
  /** Of the clusters that were asked and answered. */
  readonly kubernetesUsers: readonly KubernetesUser[]
}

/** `ada`, `uid 54321`, `root (sudo by ada)`. */
export function accountWords({name, uid, sudoUser}: Pick<LocalUser, 'name' | 'uid' | 'sudoUser'>): string {
  const account = name ?? (uid === null ? 'an unknown account' : `uid ${uid}`)
  return sudoUser === null || sudoUser === name ? account : `${account} (sudo by ${sudoUser})`
}

/** `ada on laptop-7`, and whom the cluster takes her for. */
export function actorWords(user: LocalUser, kubernetesUser: string | undefined): string {
  const as = kubernetesUser === undefined ? '' : `, Kubernetes user ${kubernetesUser}`
  return `${accountWords(user)} on ${user.host}${as}`
}
