/**
 * Versions are decimal numbers that can be compared (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions,
 * KEP-5504); 0 stands for "any version" and is none to start from. Undefined for what is none.
 */
export function toVersion(text: string): bigint | undefined {
  return /^\d{1,20}$/.test(text) && !/^0+$/.test(text) ? BigInt(text) : undefined
}
