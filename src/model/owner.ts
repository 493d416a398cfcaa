/** Tools that own workloads; `controller` is any other one, known by an owner reference. */
export const ownerTools = [
  'argo-cd',
  'flux',
  'helm',
  'controller',
  'gardener',
  'karmada',
  'olm',
  'kapp',
  'config-sync',
  'rancher',
  'crossplane',
  'argo-rollouts',
  'flagger',
] as const

/** Who keeps a workload in the shape that is written down elsewhere: in git, in a chart, in a custom resource. */
export interface Owner {
  readonly tool: (typeof ownerTools)[number]
  /** Of the object that it is owned through: `Application`, `Kustomization`, `HelmRelease`, `Release`, or any other kind. */
  readonly kind: string
  /** Null: it is not told. */
  readonly namespace: string | null
  readonly name: string
}

const toolNames = {
  'argo-cd': 'Argo CD ',
  flux: 'Flux ',
  helm: 'Helm ',
  controller: '',
  gardener: 'Gardener ',
  karmada: 'Karmada ',
  olm: 'OLM ',
  kapp: 'kapp ',
  'config-sync': 'Config Sync ',
  rancher: 'Rancher ',
  crossplane: 'Crossplane ',
  'argo-rollouts': 'Argo Rollouts ',
  flagger: 'Flagger ',
} as const satisfies Record<Owner['tool'], string>

/** `Flux Kustomization flux-system/apps`: how an owner is named to people. */
export function ownerName(owner: Owner): string {
  const {namespace, name} = owner
  return `${ownerKind(owner)} ${namespace === null ? '' : `${namespace}/`}${name}`
}

/** `Flux Kustomization`: what a workload is owned through. */
export function ownerKind({tool, kind}: Owner): string {
  return `${toolNames[tool]}${kind}`
}

/** Does it compare periodically, and restore what has changed? Helm acts only when it is run. */
export function isReconciling({tool}: Owner): boolean {
  return tool !== 'helm'
}

/** Tools that leave fields of others as they are, or act only when they are run. */
const leavesStamps: ReadonlySet<Owner['tool']> = new Set(['argo-cd', 'flux', 'helm'])

/** Does it write the whole pod template when it next looks, which may be minutes later? Of a controller nothing is known. */
export function mayPutBackLater({tool}: Owner): boolean {
  return tool !== 'controller' && !leavesStamps.has(tool)
}
