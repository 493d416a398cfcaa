/**
 * The entry of a table that is asked for with a word from outside (a file, a server, a command line); undefined where it
 * has none. Indexing would answer for `constructor` and `toString`, too, which every object has.
 */
export function own<Entry>(table: Readonly<Record<string, Entry>>, word: string): Entry | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}
