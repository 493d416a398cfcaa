/** How a report is shown to people. */
export interface ViewOptions {
  /** Columns of the terminal. Undefined: a pipe, where nothing is wrapped, shortened or left out. */
  readonly width: number | undefined
  readonly color: boolean
  /** Every row and every column (`-o wide`). */
  readonly wide: boolean
  /** Makes text from clusters and files safe to print on one line. */
  readonly printable: (text: string) => string
  /** A command as it has to be typed here; default: as it is. */
  readonly placed?: (command: string) => string
}

/** Is every row to be shown? */
export function showsAll({wide, width}: ViewOptions): boolean {
  return wide || width === undefined
}
