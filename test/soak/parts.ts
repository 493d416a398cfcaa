/** Some tests that are too long for every change, and what they are to be run with. */
export interface SoakPart {
  /** What is typed to run it alone. */
  readonly name: string
  /** The first column of its row in the documentation. */
  readonly title: string
  /** Test files, as vitest takes them. */
  readonly files: readonly string[]
  /** Only the tests whose names match. */
  readonly tests?: string
  /** In addition to the caller's environment, which takes precedence for the counts and the seed: `run-part.ts` names them. */
  readonly env: Readonly<Record<string, string>>
}

/** The oldest Kubernetes that is built here, with lists and watches that know nothing of each other, as in still older ones. */
const older = {
  HUBSPOKE_TEST_KUBERNETES: '1.32',
  HUBSPOKE_TEST_APISERVER_FLAGS: 'feature-gates=ConsistentListFromCache=false',
}
const randomChanges = ['test/cluster/random-changes.cluster.test.ts']

/** All of the soak, in the order in which it is run. A new part is a new entry. */
export const soakParts: readonly SoakPart[] = [
  {
    name: 'random-changes',
    title: 'random changes, then `exact` against a list',
    files: randomChanges,
    tests: 'rounds of random changes',
    env: {HUBSPOKE_SOAK_ROUNDS: '1000'},
  },
  {
    name: 'kills',
    title: 'kill -9 at random moments, then `runs retry`',
    files: ['test/cluster/kill.cluster.test.ts'],
    env: {HUBSPOKE_KILLS: '100'},
  },
  {
    name: 'contract-older',
    title: 'the contract suite, Kubernetes 1.32 with `ConsistentListFromCache=false`',
    files: ['test/contracts/real.contract.test.ts'],
    env: older,
  },
  {
    name: 'random-changes-older',
    title: 'random changes, Kubernetes 1.32 with `ConsistentListFromCache=false`',
    files: randomChanges,
    tests: 'rounds of random changes',
    env: {...older, HUBSPOKE_SOAK_ROUNDS: '100'},
  },
  {
    name: 'chaos',
    title: 'runs of 100 targets through networks and API servers in trouble, against the clusters',
    files: ['test/cluster/chaos.cluster.test.ts'],
    env: {HUBSPOKE_CHAOS_SEEDS: '30'},
  },
]
