/** Where contexts come from, where kubectl does not find them by itself. */
export interface ContextsOrigin {
  /** The kubeconfig that `--kubeconfig`, our environment variable or our config file named. */
  readonly kubeconfig?: string
  /** The one context is the service account of a pod: no kubeconfig has it. */
  readonly isInCluster?: boolean
}
