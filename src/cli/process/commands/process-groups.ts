/** The process groups of commands that run. They do not outlive this process, unless it is killed. */
export interface ProcessGroups {
  /** Signals everything that still runs in the group; nothing, if nothing does. */
  signal(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void
  add(leader: number): void
  remove(leader: number): void
  /** Ends what still runs. */
  close(): void
}

export function createProcessGroups(): ProcessGroups {
  const leaders = new Set<number>()
  const signal: ProcessGroups['signal'] = (leader, name) => {
    try {
      process.kill(-leader, name)
    } catch {
      // Nothing of the group runs any more.
    }
  }
  const endAll = (): void => {
    for (const leader of leaders) signal(leader, 'SIGKILL')
  }
  // A second signal ends this process at once.
  process.once('exit', endAll)
  return {
    signal,
    add: (leader) => void leaders.add(leader),
    remove: (leader) => void leaders.delete(leader),
    close() {
      endAll()
      process.off('exit', endAll)
    },
  }
}
