import {isAbsolute, join} from 'node:path'

/**
 * Where the ledgers of runs are kept: `$XDG_STATE_HOME/hubspoke/runs`, or `~/.local/state/hubspoke/runs`. A relative
 * `XDG_STATE_HOME` is ignored, as the XDG Base Directory Specification asks.
 */
export function ledgerDirectory({
  env,
  homeDir,
}: {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly homeDir: string
}): string {
  const {XDG_STATE_HOME: stateHome = ''} = env
  const base = isAbsolute(stateHome) ? stateHome : join(homeDir, '.local', 'state')
  return join(base, 'hubspoke', 'runs')
}

export const ledgerExtension = '.jsonl'

/** Where the ledger of a run is kept. */
export function ledgerPath(directory: string, runId: string): string {
  return join(directory, `${runId}${ledgerExtension}`)
}
