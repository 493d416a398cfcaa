import type {ContainerImage} from '../../model/workload.ts'

/** The containers of an entry of the image cache; those that are init containers and sidecars are named again. */
export interface NamedContainers {
  readonly containers: readonly string[]
  readonly init: readonly string[]
  readonly sidecars: readonly string[]
}

/** Each container with its role. Every name is read once: the lists come from a ConfigMap and may be of any length. */
export function withRoles({containers, init, sidecars}: NamedContainers): readonly Omit<ContainerImage, 'image'>[] {
  const [inits, besides] = [new Set(init), new Set(sidecars)]
  return containers.map((container) => {
    if (inits.has(container)) return {container, role: 'init'}
    return {container, role: besides.has(container) ? 'sidecar' : 'container'}
  })
}
