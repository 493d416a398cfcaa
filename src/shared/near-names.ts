const atMost = 3

/**
 * The names that a mistyped `wanted` may have meant, nearest first, at most three: those that contain it (or are
 * contained in it), and those within a few typing mistakes. Case and wildcards are ignored.
 */
export function nearNames(wanted: string, names: Iterable<string>): string[] {
  const bare = wanted.replaceAll(/[*?]/g, '').toLowerCase()
  if (bare === '') return []
  return [...new Set(names)]
    .map((name) => ({name, distance: distance(bare, name.toLowerCase())}))
    .filter((near) => near.distance !== undefined)
    .sort((a, b) => (a.distance ?? 0) - (b.distance ?? 0) || (a.name < b.name ? -1 : 1))
    .slice(0, atMost)
    .map((near) => near.name)
}

function distance(a: string, b: string): number | undefined {
  const contained = Math.min(a.length, b.length) >= 3 && (a.includes(b) || b.includes(a))
  const limit = Math.max(1, Math.floor(a.length / 3))
  const edits = Math.abs(a.length - b.length) > limit ? undefined : editDistance(a, b)
  if (edits !== undefined && edits <= limit) return edits
  return contained ? limit + Math.abs(a.length - b.length) : undefined
}

/** Insertions, deletions, replacements and swaps of neighbours (Damerau and Levenshtein, optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({length: b.length + 1}, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let least = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
