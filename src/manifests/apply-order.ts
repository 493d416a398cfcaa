import {kindWithGroup, type Manifest} from './manifest.ts'

const roles = 'rbac.authorization.k8s.io'

/** From the first stage to the last one; undefined: every kind that no other stage names, custom resources among them. */
const stages: readonly (ReadonlySet<string> | undefined)[] = [
  new Set(['Namespace']),
  new Set(['CustomResourceDefinition.apiextensions.k8s.io']),
  new Set([
    ...['PriorityClass.scheduling.k8s.io', 'RuntimeClass.node.k8s.io', 'IngressClass.networking.k8s.io'],
    ...['StorageClass.storage.k8s.io', 'CSIDriver.storage.k8s.io', 'PersistentVolume', 'PersistentVolumeClaim'],
    ...['ResourceQuota', 'LimitRange', 'NetworkPolicy.networking.k8s.io', 'PodDisruptionBudget.policy'],
    ...['ServiceAccount', 'Secret', 'ConfigMap', `ClusterRole.${roles}`, `Role.${roles}`],
  ]),
  new Set([`ClusterRoleBinding.${roles}`, `RoleBinding.${roles}`]),
  new Set(['Service']),
  new Set([
    ...['Pod', 'ReplicationController', 'ReplicaSet.apps', 'Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps'],
    ...['Job.batch', 'CronJob.batch'],
  ]),
  undefined,
  new Set([
    'MutatingWebhookConfiguration.admissionregistration.k8s.io',
    'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
    'ValidatingAdmissionPolicy.admissionregistration.k8s.io',
    'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io',
    'MutatingAdmissionPolicy.admissionregistration.k8s.io',
    'MutatingAdmissionPolicyBinding.admissionregistration.k8s.io',
    'APIService.apiregistration.k8s.io',
  ]),
]

const otherStage = stages.indexOf(undefined)

/**
 * The manifests in stages. Those of one stage do not need each other and may be applied in parallel; a stage begins after the
 * one before it. Empty stages are left out, and within a stage the order is that of the files.
 *
 * The order is that of Helm (`InstallOrder` of its package `releaseutil`): what contains or configures others, then Services,
 * then workloads, then custom resources. It differs in two points. CustomResourceDefinitions come right after Namespaces,
 * as in kustomize. What decides on later requests comes last, as webhooks do in kustomize: it may refuse each of them until
 * its own workload is ready.
 */
export function applyStages(manifests: readonly Manifest[]): readonly (readonly Manifest[])[] {
  const byStage = Map.groupBy(manifests, (manifest) => {
    const found = stages.findIndex((kinds) => kinds?.has(kindWithGroup(manifest)))
    return found === -1 ? otherStage : found
  })
  return stages.flatMap((_, stage) => {
    const inStage = byStage.get(stage)
    return inStage === undefined ? [] : [inStage]
  })
}
