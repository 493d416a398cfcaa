/** A local command for one target. */
export interface CommandOrder {
  /** The context that its kubeconfig has. */
  readonly context: string
  /** The target, as its output is labelled. */
  readonly label: string
  /** The program and its arguments. */
  readonly words: readonly [program: string, ...args: readonly string[]]
  /** Variables beside those that every command gets. */
  readonly variables: Readonly<Record<string, string>>
  /** Names of variables of hubspoke's own environment that it gets, too. */
  readonly passedOn: readonly string[]
  /** Where its output is kept; undefined: in the folder of the run. */
  readonly outputFolder: string | undefined
  /** Milliseconds from its start to its end; undefined: without a limit. */
  readonly timeoutMs: number | undefined
}

/** How a command ended. `stopped`: hubspoke ended it, because the run is stopping. */
export type CommandEnd =
  | {readonly type: 'exited'; readonly status: number}
  | {readonly type: 'killed'; readonly signal: string}
  | {readonly type: 'timeout'}
  | {readonly type: 'stopped'}

/** Output of a command, on disk. */
export interface KeptOutput {
  readonly path: string
  /** What was printed, also where not all of it was kept. */
  readonly bytes: number
  /** The file has only the first part of it. */
  readonly isCut: boolean
}

export interface CommandResult {
  readonly end: CommandEnd
  readonly stdout: KeptOutput
  readonly stderr: KeptOutput
}

/** Local commands: the processes of this machine, as far as verbs need them. */
export interface Commands {
  /** Is there a program of this name in PATH, or, with a slash, a file that can be executed? */
  exists(program: string): Promise<boolean>
  /**
   * Runs a command to its end, in a process group of its own and with a kubeconfig of its own. Rejects with a `HubspokeError`
   * when it could not be started.
   *
   * @param starting awaited right before it starts; when that rejects, it does not start
   */
  run(order: CommandOrder, starting: () => Promise<void>): Promise<CommandResult>
}
