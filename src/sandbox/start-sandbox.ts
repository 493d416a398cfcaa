import type {Clock} from '../shared/clock.ts'
import type {Sandbox} from './sandbox.ts'
import type {SandboxSpec} from './spec.ts'

export interface SandboxDeps {
  /** Everything that takes time in a simulated cluster takes it from here. */
  readonly clock: Clock
  /** Numbers in [0, 1); default `Math.random`. */
  readonly random?: () => number
}

/** Starts the clusters; each listens on a port of its own on the loopback interface. */
export function startSandbox(_spec: SandboxSpec, _deps: SandboxDeps): Promise<Sandbox> {
  return Promise.reject(new Error('not built yet'))
}
