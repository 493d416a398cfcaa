/**
 * Is it the name of a namespace: an RFC 1123 label
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/)?
 */
export function isNamespaceName(name: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)
}

/** Is it the name of an object in a namespace: an RFC 1123 subdomain? */
export function isObjectName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)
}
