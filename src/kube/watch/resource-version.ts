/**
 * Versions are decimal numbers that can be compared (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions,
 * KEP-5504); 0 means "any version", so no watch can start from it. Undefined for anything else.
 */
export function toVersion(text: string): bigint | undefined {
  return /^\d{1,20}$/.test(text) && !/^0+$/.test(text) ? BigInt(text) : undefined
}
