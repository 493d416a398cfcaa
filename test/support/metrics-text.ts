import {readFileSync} from 'node:fs'

/** The values of the text format of Prometheus, by metric and labels as they are written. Throws for a line that is none. */
export function metricsIn(text: string): Readonly<Record<string, number>> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => {
      const [, series = '', value] = /^([a-z_]+\{[^}]*\}) (\S+)$/.exec(line) ?? []
      if (value === undefined) throw new Error(`no metric: ${line}`)
      return [series, Number(value)]
    }),
  )
}

/** Those that are not 0, without the prefix and the label `name`: `spokes{outcome="failed"}`. */
export function lastRunIn(text: string, name: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(metricsIn(text)).flatMap(([series, value]) => {
      if (!series.includes(`{name="${name}"`)) throw new Error(`of another name: ${series}`)
      const short = series.replace('hubspoke_last_run_', '').replace(`name="${name}"`, '').replace('{,', '{')
      return value === 0 ? [] : [[short.replace('{}', ''), value]]
    }),
  )
}

export const lastRunOf = (path: string, name: string) => lastRunIn(readFileSync(path, 'utf8'), name)
