export interface ConfigMapObject extends ConfigMapVersion {
  readonly data: Readonly<Record<string, string>>
  readonly binaryData: Readonly<Record<string, Uint8Array>>
  /** The time of the server's clock when it answered, in whole seconds. Undefined: the server did not send it. */
  readonly serverDate?: Date
}

/** Another `uid`: another object of the same name. */
export interface ConfigMapVersion {
  readonly uid: string
  readonly resourceVersion: string
}

export interface ConfigMapContent {
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, Uint8Array>>
  /** In addition to the label that names the manager. */
  readonly labels?: Readonly<Record<string, string>>
  /** A ConfigMap of the same namespace: when it is deleted, the cluster removes this one, too. */
  readonly owner?: {readonly name: string; readonly uid: string}
  readonly resourceVersion?: string
}

export interface ConfigMaps {
  /** Undefined: it, or its namespace, does not exist. */
  read(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMapObject | undefined>
  /**
   * Creates it (no `resourceVersion`) or replaces exactly that version, labels and owner included; a race is a `conflict`,
   * a missing namespace `not-found`.
   */
  write(namespace: string, name: string, content: ConfigMapContent, signal: AbortSignal): Promise<ConfigMapVersion>
  /** The names of the ConfigMaps that hubspoke manages and that have this label, sorted; their content is not read. */
  list(namespace: string, label: string, signal: AbortSignal): Promise<readonly string[]>
  /** A ConfigMap that does not exist any more is a success. */
  delete(namespace: string, name: string, signal: AbortSignal): Promise<void>
  /** An existing namespace is a success. */
  createNamespace(namespace: string, signal: AbortSignal): Promise<void>
}
