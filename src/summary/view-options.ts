import {shortContextNames} from '../model/context-names.ts'
import type {WorkloadEntry} from '../model/workload-entry.ts'
import {someOf} from '../shared/words.ts'

/** How a report is shown to people. */
export interface ViewOptions {
  /** Columns of the terminal. Undefined: a pipe, where nothing is wrapped, shortened or left out. */
  readonly width: number | undefined
  readonly color: boolean
  /** Every row and every column (`-o wide`). */
  readonly wide: boolean
  /** Makes text from clusters and files safe to print on one line. */
  readonly printable: (text: string) => string
  /** How a context is named if space is limited; default: by its name. */
  readonly shortContext?: (name: string) => string
  /** A command as it has to be typed here; default: as it is. */
  readonly placed?: (command: string) => string
}

/**
 * The options for a view in which these contexts are named: if space is limited, long names are shown by the part
 * that tells them apart.
 */
export function showingContexts(options: ViewOptions, names: Iterable<string>): ViewOptions {
  if (showsAll(options)) return options
  const short = shortContextNames(names)
  return {...options, shortContext: (name) => short.get(name) ?? name}
}

/** How a context is named in this view; raw text. */
export function contextIn({shortContext = (name) => name}: ViewOptions): (name: string) => string {
  return shortContext
}

type Place = Pick<WorkloadEntry, 'context' | 'namespace' | 'kind' | 'name'>

/** `prod-eu/shop/Deployment/web`; raw text. */
export function placeName({context, namespace, kind, name}: Place): string {
  return `${context}/${namespace}/${kind}/${name}`
}

/** The same, its context as this view names it. */
export function placeIn(options: ViewOptions, place: Place): string {
  return placeName({...place, context: contextIn(options)(place.context)})
}

/** Is every row to be shown? */
export function showsAll({wide, width}: Pick<ViewOptions, 'wide' | 'width'>): boolean {
  return wide || width === undefined
}

const namesShown = 5

/** All names where every row is shown, else the first few and how many more there are. */
export function namesIn(options: ViewOptions, names: readonly string[]): string {
  return someOf(names, showsAll(options) ? names.length : namesShown)
}
