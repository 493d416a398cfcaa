/** A pushed image, as the source of the event names it: a trigger, never the truth about the registry. */
export interface PushEvent {
  /** Canonical, with its host: `ghcr.io/acme/web`, `docker.io/library/nginx`. */
  readonly repository: string
  /** Absent: it was pushed by digest. */
  readonly tag?: string
  /** `sha256:…`. Absent: the source does not say it. */
  readonly digest?: string
  /** When it was pushed, by the clock of the source, RFC 3339. Absent: not said. */
  readonly pushedAt?: string
  /** Names this delivery at its source. Absent: the source has no such name. */
  readonly deliveryId?: string
}
