import {printable} from '../shared/printable.ts'
import {type CommandPlace, placed} from '../shared/suggested-command.ts'
import type {ViewOptions} from '../summary/view-options.ts'
import type {Output} from './process/output.ts'
import type {Runtime} from './process/runtime.ts'

/** How a report is shown, beside its documents. A command offers exactly the formats that its report has a view for. */
export interface Views<Report> {
  /** Loaded when it is wanted: what it lays tables out with is slow to load, and documents, names and help need none. */
  table(): Promise<(report: Report, options: ViewOptions) => string>
  name?(report: Report, printable: ViewOptions['printable']): string
  /** What bare names and values have no room for, on stderr; loaded when it is wanted. */
  hints?(): Promise<(report: Report, options: ViewOptions) => readonly string[]>
  tsv?(report: Report, printable: ViewOptions['printable']): string
  junit?(report: Report): string
}

/** How text is laid out on one of the outputs: in the width of a terminal, unbroken and without colour elsewhere. */
export function viewOptions(
  output: Output,
  env: Runtime['env'],
  {wide = false, place}: {readonly wide?: boolean; readonly place?: CommandPlace} = {},
): ViewOptions {
  const color = output.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb'
  return {width: output.columns(), color, wide, printable, ...(place && {placed: (command) => placed(command, place)})}
}
