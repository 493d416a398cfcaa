import {own} from '../shared/own.ts'
import {printable} from '../shared/printable.ts'
import {type CommandPlace, placed} from '../shared/suggested-command.ts'
import {documentRenderers, type Report} from '../summary/documents.ts'
import type {ViewOptions} from '../summary/view-options.ts'
import type {Output} from './process/output.ts'
import type {Runtime} from './process/runtime.ts'

/** One format of a report. */
export interface View<R> {
  /** What goes to stdout. What it is made with is loaded when it is called: start-up loads no renderer. */
  render(report: R, options: ViewOptions): Promise<string>
  /** Where people read the verdict. "always on stderr": also with `--quiet`, as the text has no room for it. */
  readonly verdict: 'in the text' | 'on stderr' | 'always on stderr'
  /** Lines for stderr that the text has no room for. */
  hints?(report: R, options: ViewOptions): Promise<readonly string[]>
}

/** The formats of a report, by what `-o` calls them, in the order in which help lists them. */
export type Views<R> = Readonly<Record<string, View<R>>>

type Loaded<Renderer> = () => Promise<Renderer>

/** The formats that every report has, with `table` as its own, and then the others of this report. */
export function viewsOf<R extends Report>(
  table: Loaded<(report: R, options: ViewOptions) => string>,
  others: Views<R> = {},
): Views<R> {
  const laidOut = async (report: R, options: ViewOptions) => (await table())(report, options)
  return {
    table: {verdict: 'in the text', render: laidOut},
    wide: {verdict: 'in the text', render: (report, options) => laidOut(report, {...options, wide: true})},
    json: {verdict: 'on stderr', render: documentRenderers.json},
    yaml: {verdict: 'on stderr', render: documentRenderers.yaml},
    ...others,
  }
}

/** A format that is complete without a sentence beside it. */
export function wholeText<R>(text: Loaded<(report: R) => string>): View<R> {
  return {verdict: 'on stderr', render: async (report) => (await text())(report)}
}

/** A format of names and values only, for other programs. */
export function bareValues<R>(
  values: Loaded<(report: R, printable: ViewOptions['printable']) => string>,
  hints?: View<R>['hints'],
): View<R> {
  return {
    verdict: 'always on stderr',
    render: async (report, options) => (await values())(report, options.printable),
    ...(hints && {hints}),
  }
}

/** @throws Error for a format that the flag `-o` of the same views does not accept */
export function viewIn<R>(views: Views<R>, format: string): View<R> {
  const view = own(views, format)
  if (view === undefined) throw new Error(`-o ${format} is an option of the command, but its report has no such view`)
  return view
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
