import type {Discovery} from './discovery.ts'
import type {Failure} from './failure.ts'
import type {Marks} from './marks.ts'
import type {BudgetsNotRead} from './plan-view.ts'
import type {Planned} from './planned.ts'
import type {LockOutlook} from './run-lock.ts'
import type {Plan} from './target.ts'
import type {Wave} from './wave.ts'

/** By key: the targets that may not be acted on, and why. */
export type Refusals = ReadonlyMap<string, Failure>

/** What was found out about a plan before the first write. */
export interface Prospect {
  /** The planned targets in the same order, each through an access path that is permitted, where there is one. */
  readonly targets: Plan
  readonly refusals: Refusals
  readonly marks: Marks
  readonly budgetsNotRead: readonly BudgetsNotRead[]
  /** Places in which there can be no lock, as far as that is known before one is acquired. */
  readonly withoutLock: readonly LockOutlook[]
  /** What the verb changes of each target, by key. Default: what the source says of it. */
  readonly changes?: ReadonlyMap<string, string>
  /** What the verb adds to the plan, one sentence each; raw text. Default: nothing. */
  readonly notes?: readonly string[]
}

/** A plan with everything that is shown before it is confirmed. */
export interface Proposal extends Omit<Planned, 'targets'>, Prospect {
  readonly discovery: Discovery
  readonly waves: readonly Wave[]
}

/** Targets that preflight refused are not attempted: nothing is written on their account. */
export function toBeTried({targets, refusals}: Pick<Prospect, 'targets' | 'refusals'>): Plan {
  return targets.filter(({key}) => !refusals.has(key))
}
