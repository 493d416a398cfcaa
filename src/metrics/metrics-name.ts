/** A value of the label `name`, a job of the user such as `nightly-restart`: it needs no escapes, neither in labels nor in URLs. */
export function isMetricsName(name: string): boolean {
  return /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/.test(name)
}
