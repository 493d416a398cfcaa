/** `1 target`, `3 targets`; with other words for several: `1 was undone`, `2 were undone`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** The first names and the number of the others: `a, b and 12 more`. */
export function someOf(names: readonly string[], most: number): string {
  if (names.length <= most) return listOf(names)
  return listOf([...names.slice(0, most), `${names.length - most} more`])
}

/** Bytes for people, in powers of 1024: `512 B`, `700.4 KiB`, `1.2 MiB`. */
export function bytesOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
