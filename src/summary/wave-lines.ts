import type {PlannedWaves, PlanView} from '../model/plan-view.ts'
import type {RunReport, WaveEntry} from '../model/report.ts'
import {countOf, someOf} from '../shared/words.ts'
import {paletteFor} from './palette.ts'
import {showsAll, type ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

const contextsShown = 3

/** The waves of a plan, the condition for each, and what stops the run between them. */
export function waveLines({waves, refused}: PlanView, options: ViewOptions): readonly string[] {
  if (waves === undefined) return []
  const {printable, width, color} = options
  const most = showsAll(options) ? Number.POSITIVE_INFINITY : contextsShown
  const rows = waves.sizes.map((size, index) => `${index + 1}  ${sizeWords(size, most)}`)
  const lines = rows.flatMap((row) => wrapText(printable(row), width, '  '))
  const tooMany = refused.length > waves.maxFailures
  return [
    'Waves:',
    ...lines,
    ...wrapText(paceSentence(waves), width),
    ...(tooMany ? wrapText(refusedSentence(waves, refused.length), width).map(paletteFor(color).warning) : []),
    '',
  ]
}

function sizeWords({targets, contexts, only}: PlannedWaves['sizes'][number], most: number): string {
  if (only !== undefined) return `1 target: ${only.label}`
  return `${countOf(targets, 'target')} in ${someOf(contexts, most)}`
}

function paceSentence({sizes, pause, maxFailures}: PlannedWaves): string {
  const tooMany = `more than ${countOf(maxFailures, 'failure')} ${maxFailures === 1 ? 'stops' : 'stop'} the run.`
  const stops = maxFailures === 0 ? 'the first failure stops the run.' : tooMany
  if (sizes.length < 2) return `One wave contains all targets; ${stops}`
  const after =
    pause === undefined ? '' : pause === 'ask' ? ', and you are asked before it' : `, after a pause of ${pause}`
  return `A wave starts when everything before it is healthy${after}; ${stops}`
}

function refusedSentence({maxFailures}: PlannedWaves, refused: number): string {
  return `${countOf(refused, 'target')} will be refused${maxFailures === 0 ? '' : `, and that is more than ${countOf(maxFailures, 'failure')}`}: nothing would start (--max-failures).`
}

/** The progress of the waves of a run; empty without waves. */
export function wavesLine({run}: RunReport, {width, color}: ViewOptions): readonly string[] {
  const {waves} = run
  if (waves.length === 0 || run.dryRun !== null) return []
  return wrapText(progressSentence(waves), width).map(paletteFor(color).quiet)
}

function progressSentence(waves: readonly WaveEntry[]): string {
  const done = waves.filter(({state}) => state === 'done').length
  if (done === waves.length)
    return waves.length === 1 ? 'Its only wave is done.' : `All ${waves.length} waves are done.`
  const stopped = waves.find(({state}) => state === 'stopped')
  const where = stopped === undefined ? 'before the first of' : `in wave ${stopped.wave} of`
  const left = waves.filter(({state}) => state === 'not-started').length
  return `Stopped ${where} ${countOf(waves.length, 'wave')}${left === 0 ? '' : `; ${countOf(left, 'wave')} not started`}.`
}
