/**
 * The entry of a table for a key from outside (a file, a server, a command line); undefined where it has none. Indexing
 * would also find `constructor` and `toString`, which every object has.
 */
export function own<Entry>(table: Readonly<Record<string, Entry>>, word: string): Entry | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}
