import type {Progress} from './progress.ts'

/** Shows nothing (`--quiet`). */
export const silentProgress: Progress = {
  onEvent: () => undefined,
  pause: async () => undefined,
  resume: () => undefined,
  stop: async () => undefined,
}
