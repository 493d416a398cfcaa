import {withoutSecretValues} from '../../manifests/without-values.ts'
import {type FieldConflict, HubspokeError} from '../../model/failure.ts'
import type {Part} from '../../model/result.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {someOf} from '../../shared/words.ts'
import type {PlacedObject} from './placed-objects.ts'

/** Managers and fields that one sentence names. */
const namedFields = 6

/** A failure without the values of its object, if that is a Secret: a server may quote them. */
export function withoutValues(error: HubspokeError, {manifest}: PlacedObject): HubspokeError {
  const {failureClass, suggestions, status, retryAfterMs, refused, observed, final, conflicts} = error
  const message = withoutSecretValues(error.message, manifest.object)
  if (message === error.message) return error
  return new HubspokeError(failureClass, message, {
    ...{suggestions, refused, observed, final, conflicts},
    ...(status !== undefined && {status}),
    ...(retryAfterMs !== undefined && {retryAfterMs}),
  })
}

/** An object that was not applied, and whose end is known. */
export function refusedPart(object: PlacedObject, error: HubspokeError, context: string): Part {
  const {name} = object
  const {class: failureClass, message, suggestions} = error.toFailure()
  const isConflict = error.conflicts.length > 0
  const said = isConflict ? conflictWords(error.conflicts) : message
  return {
    name,
    outcome: 'failed',
    reason: said,
    failure: {
      class: failureClass,
      message: said,
      suggestions: isConflict
        ? [showManagers(context, object), '--force-conflicts  with the same command, to take these fields over']
        : suggestions,
    },
  }
}

/** `conflict with "helm" (.spec.replicas and .data.color), "kubectl" (.metadata.labels.team)`. */
function conflictWords(conflicts: readonly FieldConflict[]): string {
  const shown = conflicts.slice(0, namedFields)
  const managers = [...new Set(shown.map(({manager}) => manager))].map((manager) => {
    const fields = shown.filter((one) => one.manager === manager).map(({field}) => field)
    return `"${manager}" (${someOf(fields, namedFields)})`
  })
  const more = conflicts.length - shown.length
  return `other values are managed by ${managers.join(', ')}${more > 0 ? ` and ${more} more fields` : ''}`
}

/** The command that shows the managers of an object. */
function showManagers(context: string, {place: {namespace, name}, manifest: {kind}}: PlacedObject): string {
  const place = {context, ...(namespace !== undefined && {namespace})}
  return kubectlCommand(place, 'get', `${kind.toLowerCase()}/${name}`, '-o', 'yaml', '--show-managed-fields')
}
