import type {TargetsOf} from '../model/cluster.ts'

/** `the run 20261124-030412-9f3a`, `"targets.json"` */
export function targetsOfWords({type, name}: TargetsOf): string {
  return type === 'run' ? `the run ${name}` : name
}
