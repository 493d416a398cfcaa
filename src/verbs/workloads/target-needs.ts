import {type AccessNeed, type PermittedVerb, workloadResource} from '../../model/permission.ts'
import {permissionsOf} from '../../model/permissions.ts'
import type {Target} from '../../model/target.ts'
import {requireWorkloadTarget} from '../../model/workload-target.ts'

/**
 * What a verb needs at least on a workload itself, from the table that roles are printed from. That its kind may be listed
 * is known from discovery.
 */
export function targetNeeds(verb: PermittedVerb): (target: Target) => readonly AccessNeed[] {
  const essential = permissionsOf(verb).filter((permission) => permission.essential && permission.verb !== 'list')
  return (target) => {
    const resource = workloadResource(requireWorkloadTarget(target).kind)
    const isOfKind = (one: string) => one === resource || one.startsWith(`${resource}/`)
    return essential.flatMap(({verb: action, group, scope, resources}) =>
      scope === 'workloads' ? resources.filter(isOfKind).map((one) => ({verb: action, group, resource: one})) : [],
    )
  }
}
