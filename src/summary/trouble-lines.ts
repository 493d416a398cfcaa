import {countOf} from '../shared/words.ts'
import {groupTroubles, type Trouble, type TroubleGroup} from './group-troubles.ts'
import {paletteFor} from './palette.ts'
import {showsAll, type ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

/** Troubles under one heading. */
export interface TroubleSection {
  /** The heading, e.g. `FAILED`, and the noun that it counts. */
  readonly word: string
  readonly noun: string
  /** `quiet`: needs no attention. Its names are cut after a few, and it has no class. */
  readonly tone: 'failure' | 'warning' | 'quiet'
  readonly troubles: readonly Trouble[]
}

const quietNamesShown = 5

/**
 * Problems with reasons and places: per group the heading, the sentence once, and every place by name. A single place
 * is part of the heading. With `wide`, every place has its own sentence.
 */
export function troubleLines(section: TroubleSection, options: ViewOptions): readonly string[] {
  return groupTroubles(section.troubles).flatMap((group) => [...groupLines(section, group, options), ''])
}

function groupLines({word, noun, tone}: TroubleSection, group: TroubleGroup, options: ViewOptions) {
  const {printable, width, wide} = options
  const palette = paletteFor(options.color)
  const details = ({details = []}: Trouble, indent: string) =>
    details.flatMap((detail) => wrapText(printable(detail), width, indent))
  const because = ({message}: Trouble, indent: string) => wrapText(printable(message), width, indent)
  const heading = (name: string, asides: readonly string[]) => {
    const aside = asides.filter((part) => part !== '').join(', ')
    return `${palette[tone](word)}  ${palette.heading(name)}${aside === '' ? '' : palette.quiet(`  (${aside})`)}`
  }
  const [first, ...others] = group.troubles
  if (others.length === 0) {
    const title = heading(printable(first.name), [group.class, first.note])
    return [title, ...because(first, '  '), ...details(first, '    ')]
  }

  const title = heading(countOf(group.troubles.length, noun), [group.class])
  const place = (trouble: Trouble) =>
    `    ${printable(trouble.name)}${trouble.note === '' ? '' : palette.quiet(`  ${trouble.note}`)}`
  const differ = others.some(({message}) => message !== first.message)
  if (wide && differ) {
    const whole = (trouble: Trouble) => [...because(trouble, '      '), ...details(trouble, '        ')]
    return [title, ...group.troubles.flatMap((trouble) => [place(trouble), ...whole(trouble)])]
  }
  const shown = tone === 'quiet' && !showsAll(options) ? group.troubles.slice(0, quietNamesShown) : group.troubles
  const rest = group.troubles.length - shown.length
  return [
    title,
    ...because(first, '  '),
    ...(differ ? [palette.quiet('  The others report the same; -o wide shows each.')] : []),
    ...shown.flatMap((trouble) => [place(trouble), ...details(trouble, '      ')]),
    ...(rest > 0 ? [palette.quiet(`    … and ${rest} more; -o wide shows all.`)] : []),
  ]
}
