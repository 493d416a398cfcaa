import type {OnEvent} from '../model/event.ts'

/** Every event to every listener. One that throws changes nothing for the run and for the other listeners. */
export function broadcast(listeners: readonly OnEvent[]): OnEvent {
  return (event) => {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch {
        // What it would have shown or counted is in the results, too.
      }
    }
  }
}
