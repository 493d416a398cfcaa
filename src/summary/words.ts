/** `1 target`, `3 targets`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** The first names and how many there are besides: `a, b and 12 more`. */
export function someOf(names: readonly string[], most: number): string {
  if (names.length <= most) return listOf(names)
  return listOf([...names.slice(0, most), `${names.length - most} more`])
}

/** A duration in its largest unit and the one below it: `850ms`, `4.2s`, `3m12s`, `2h5m`, `3d4h`. */
export function durationOf(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)}s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return twoUnits(minutes, 'm', Math.floor((ms % 60_000) / 1000), 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return twoUnits(hours, 'h', minutes % 60, 'm')
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
}

/** Bytes for people, in powers of 1024: `512 B`, `700.4 KiB`, `1.2 MiB`. */
export function bytesOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
