import {type DocumentFormat, documentRenderers, isDocumentFormat} from '../../summary/documents.ts'
import {saidOnCommandLine} from './command-line-flags.ts'
import {type FilledIn, fillIn, saidInEnvironment} from './flag-levels.ts'
import {outputFlag, outputFlags} from './flags.ts'

/** The document format that the flags ask for; undefined when that is text. */
export function documentFormat({said}: Pick<FilledIn, 'said'>): DocumentFormat | undefined {
  if (said.get('json')?.values.length) return 'json'
  const format = said.get('output')?.values.at(-1) ?? ''
  return isDocumentFormat(format) ? format : undefined
}

const formatFlags = {...outputFlags, output: outputFlag(documentRenderers), yes: {type: 'boolean', char: 'y'}} as const

/** The same of a command line that could not be parsed. */
export function requestedFormat(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DocumentFormat | undefined {
  return documentFormat(fillIn([saidOnCommandLine(argv, formatFlags), saidInEnvironment(formatFlags, env)]))
}
