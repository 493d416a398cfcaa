import {Flags} from '@oclif/core'
import {defaultCacheNamespace} from '../../discovery/cache/cache-store.ts'
import {confirmFlag} from './confirm-flag.ts'
import {amountFlag, durationFlag, freshFlag, kindFlag, namespaceFlag, severalValues} from './flag-types.ts'
import {metricsFlags} from './metrics-flags.ts'
import {paceFlags} from './pace-flags.ts'
import {recordFlags} from './record-flags.ts'
import {waveFlags} from './wave-flags.ts'

/** `-o`, whose options are the formats of these views. */
export const outputFlag = (views: Readonly<Record<string, unknown>>) =>
  Flags.option({
    char: 'o',
    summary: 'Output format on stdout.',
    options: Object.keys(views),
    default: 'table',
    env: 'HUBSPOKE_OUTPUT',
    helpGroup: 'OUTPUT',
  })()

/** Flags of every command. */
export const outputFlags = {
  json: Flags.boolean({summary: 'Write the result as JSON to stdout.', env: 'HUBSPOKE_JSON', helpGroup: 'OUTPUT'}),
  quiet: Flags.boolean({char: 'q', summary: 'No progress on stderr.', env: 'HUBSPOKE_QUIET', helpGroup: 'OUTPUT'}),
  verbose: Flags.boolean({char: 'v', summary: 'More detail on stderr.', env: 'HUBSPOKE_VERBOSE', helpGroup: 'OUTPUT'}),
}

/** Flags of every command that reaches clusters. */
export const contextFlags = {
  kubeconfig: Flags.string({
    summary: 'Path of the kubeconfig. Default: KUBECONFIG, or ~/.kube/config.',
    helpValue: 'PATH',
    env: 'HUBSPOKE_KUBECONFIG',
    helpGroup: 'CLUSTERS',
  }),
  context: Flags.string({
    char: 'c',
    summary: 'Contexts by name or glob; "!PATTERN" excludes, also from groups. May be repeated.',
    helpValue: 'PATTERN',
    ...severalValues,
    env: 'HUBSPOKE_CONTEXT',
    helpGroup: 'CLUSTERS',
  }),
  group: Flags.string({
    char: 'g',
    summary: 'Groups of contexts from the config file, in addition to -c. May be repeated.',
    helpValue: 'NAME',
    ...severalValues,
    env: 'HUBSPOKE_GROUP',
    helpGroup: 'CLUSTERS',
  }),
  'all-contexts': Flags.boolean({
    summary: 'Select every context of the kubeconfig.',
    env: 'HUBSPOKE_ALL_CONTEXTS',
    helpGroup: 'CLUSTERS',
  }),
  'cache-namespace': namespaceFlag({
    summary: 'Namespace of the image cache and of the lock of each cluster.',
    default: defaultCacheNamespace,
    env: 'HUBSPOKE_CACHE_NAMESPACE',
    helpGroup: 'CLUSTERS',
  }),
}

/** Flags that narrow the search inside the clusters. */
export const workloadFlags = {
  namespace: Flags.string({
    char: 'n',
    summary: 'Namespaces by name or glob. May be repeated.',
    helpValue: 'PATTERN',
    ...severalValues,
    env: 'HUBSPOKE_NAMESPACE',
    helpGroup: 'WORKLOADS',
  }),
  selector: Flags.string({
    char: 'l',
    summary: 'Label selector of the workloads, as for kubectl.',
    helpValue: 'SELECTOR',
    env: 'HUBSPOKE_SELECTOR',
    helpGroup: 'WORKLOADS',
  }),
  kind: kindFlag({
    summary: 'Kinds of workloads. May be repeated.',
    ...severalValues,
    env: 'HUBSPOKE_KIND',
    helpGroup: 'WORKLOADS',
  }),
  fresh: freshFlag({
    summary:
      'How current the answer is: proved current, proved within DURATION, from the cache without proof, or listed.',
    default: 'exact',
    env: 'HUBSPOKE_FRESH',
    helpGroup: 'WORKLOADS',
  }),
  'allow-empty': Flags.boolean({
    summary: 'Exit with 0 when nothing matched.',
    env: 'HUBSPOKE_ALLOW_EMPTY',
    helpGroup: 'WORKLOADS',
  }),
}

/** Flags of every verb that acts on workloads: where they are named, instead of being searched. */
export const targetsFlags = {
  targets: Flags.string({
    summary:
      'Act only on the targets in FILE: a document of "find", "status", a verb or "runs show", or lines of "-o name". "-" is stdin.',
    helpValue: 'FILE',
    env: 'HUBSPOKE_TARGETS',
    helpGroup: 'WORKLOADS',
  }),
}

/** For tests and measurements: which proof an exact answer has. */
export const proofFlags = {
  'small-cluster': Flags.integer({
    summary: 'List a cluster with fewer workloads than this instead of using its image cache.',
    hidden: true, // for tests and measurements
    min: 0,
    max: 1_000_000_000,
    env: 'HUBSPOKE_SMALL_CLUSTER',
    helpGroup: 'WORKLOADS',
  }),
}

/** Flags of every verb that writes. */
export const writeFlags = {
  'dry-run': Flags.option({
    summary: 'Write nothing: "client" shows the plan, "server" also sends the writes as dryRun=All.',
    options: ['client', 'server'] as const,
    env: 'HUBSPOKE_DRY_RUN',
    helpGroup: 'SAFETY',
  })(),
  yes: Flags.boolean({
    char: 'y',
    summary: 'Do not ask for confirmation. Without a terminal, HUBSPOKE_YES=true does the same.',
    helpGroup: 'SAFETY',
  }),
  ...confirmFlag,
  ...recordFlags,
  preflight: Flags.option({
    summary: 'When a permission is missing: "report" fails those targets, "strict" writes nothing.',
    options: ['report', 'strict'] as const,
    default: 'report',
    env: 'HUBSPOKE_PREFLIGHT',
    helpGroup: 'SAFETY',
  })(),
  lock: Flags.option({
    summary:
      'Lock the clusters against other runs: "auto" where possible, "require" writes nothing unless every cluster is locked.',
    options: ['auto', 'require', 'off'] as const,
    default: 'auto',
    env: 'HUBSPOKE_LOCK',
    helpGroup: 'SAFETY',
  })(),
  'lock-wait': durationFlag({
    summary: 'Maximum wait for the lock of another run. Default: until that run is known to be active or dead.',
    env: 'HUBSPOKE_LOCK_WAIT',
    helpGroup: 'SAFETY',
  }),
  'max-failures': amountFlag({
    summary: 'Start no new targets after more failures than this. Default with --waves: 0.',
    env: 'HUBSPOKE_MAX_FAILURES',
    helpGroup: 'SAFETY',
  }),
  'undo-failed': Flags.boolean({
    summary: 'Restore the previous state of a target whose rollout fails. Default: off.',
    allowNo: true,
    env: 'HUBSPOKE_UNDO_FAILED',
    helpGroup: 'SAFETY',
  }),
  ...waveFlags,
  ...paceFlags,
  'fail-fast': Flags.boolean({
    summary: 'Do not wait for a rollout that does not recover: a missing image, a crash loop. Default: off.',
    allowNo: true,
    env: 'HUBSPOKE_FAIL_FAST',
    helpGroup: 'PACE',
  }),
  'include-logs': Flags.boolean({
    summary: 'Include the log tail of crashed containers in the document, with secrets redacted.',
    env: 'HUBSPOKE_INCLUDE_LOGS',
    helpGroup: 'OUTPUT',
  }),
  ...metricsFlags,
  deadline: durationFlag({
    min: 1_000,
    summary: 'Maximum duration of the run.',
    env: 'HUBSPOKE_DEADLINE',
    helpGroup: 'PACE',
  }),
  wait: Flags.boolean({
    summary: 'Watch every rollout to completion. Default: on.',
    default: true,
    allowNo: true,
    env: 'HUBSPOKE_WAIT',
    helpGroup: 'PACE',
  }),
  'run-id': Flags.string({
    summary: 'Use this run ID. Targets that a run with this ID has already written are not written again.',
    helpValue: 'ID',
    env: 'HUBSPOKE_RUN_ID',
    helpGroup: 'PACE',
  }),
}
