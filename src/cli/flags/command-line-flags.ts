import {own} from '../../shared/own.ts'
import type {FlagLevel, FlagTable, Said} from './flag-levels.ts'

/** Adds a value of a flag; of a switch, `needless` is a value that it was given. */
type Say = (name: string, value: string | undefined, needless?: string) => void

/** The flags on a command line, as oclif reads them: `-qc prod`, `-cprod`, `--context=prod`, `--no-wait`. */
export function saidOnCommandLine(argv: readonly string[], flags: FlagTable): FlagLevel {
  const said = new Map<string, Said>()
  const say: Say = (name, value, needless) => {
    const {values = [], ...before} = said.get(name) ?? {}
    const all = value === undefined ? values : [...values, value]
    said.set(name, {words: [], ...before, values: all, ...(needless !== undefined && {hasNeedlessValue: true})})
  }
  const words = beforeDashes(argv)
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const pending = word.startsWith('--') ? readLong(word, flags, say) : readShort(word, flags, say)
    if (pending !== undefined) say(pending, words[++at] ?? '')
  }
  return said
}

/** The words before `--`: there are no flags after it. */
export function beforeDashes(argv: readonly string[]): readonly string[] {
  return argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
}

/** The flag whose value is the next word; undefined where there is none. */
function readLong(word: string, flags: FlagTable, say: Say): string | undefined {
  const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? []
  const flag = own(flags, name)
  if (flag?.type === 'boolean') say(name, 'true', value)
  else if (flag !== undefined) {
    if (value === undefined) return name
    say(name, value)
  } else if (name.startsWith('no-') && own(flags, name.slice(3))?.allowNo) say(name.slice(3), undefined, value)
  return undefined
}

function readShort(word: string, flags: FlagTable, say: Say): string | undefined {
  if (!word.startsWith('-')) return undefined
  for (let at = 1; at < word.length; at++) {
    const [name, flag] = Object.entries(flags).find(([, {char}]) => char === word[at]) ?? []
    if (name === undefined || flag === undefined) return undefined
    const [rest, value] = /^=?(.*)$/s.exec(word.slice(at + 1)) ?? []
    if (flag.type === 'option') {
      if (rest === '') return name
      say(name, value)
      return undefined
    }
    say(name, 'true', rest === value ? undefined : value)
  }
  return undefined
}
