/** Tools that own workloads; `controller` is any other one, known by an owner reference. */
export const ownerTools = ['argo-cd', 'flux', 'helm', 'controller'] as const

/** Who keeps a workload in the shape that is written down elsewhere: in git, in a chart, in a custom resource. */
export interface Owner {
  readonly tool: (typeof ownerTools)[number]
  /** Of the object that it is owned through: `Application`, `Kustomization`, `HelmRelease`, `Release`, or any other kind. */
  readonly kind: string
  /** Null: it is not told. */
  readonly namespace: string | null
  readonly name: string
}

const toolNames = {'argo-cd': 'Argo CD ', flux: 'Flux ', helm: 'Helm ', controller: ''} as const

/** `Flux Kustomization flux-system/apps`: how an owner is named to people. */
export function ownerName(owner: Owner): string {
  const {namespace, name} = owner
  return `${ownerKind(owner)} ${namespace === null ? '' : `${namespace}/`}${name}`
}

/** `Flux Kustomization`: what a workload is owned through. */
export function ownerKind({tool, kind}: Owner): string {
  return `${toolNames[tool]}${kind}`
}

/** Does it look again and again, and put back what has changed? Helm acts only when somebody runs it. */
export function isReconciling({tool}: Owner): boolean {
  return tool !== 'helm'
}
