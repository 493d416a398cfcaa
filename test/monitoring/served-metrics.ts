/** The value of a metric as an exporter serves it; undefined: it does not serve it. */
export function servedValue(text: string, metric: string, ...labels: readonly string[]): number | undefined {
  const line = text
    .split('\n')
    .find((one) => one.startsWith(`${metric}{`) && labels.every((label) => one.includes(label)))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

/** A metric of the last run. */
export const lastRun = (text: string, metric: string, ...labels: readonly string[]) =>
  servedValue(text, `hubspoke_last_run_${metric}`, 'name="restart"', ...labels)
