import type {Manifest} from '../../manifests/manifest.ts'
import {withoutSecretValues} from '../../manifests/without-values.ts'
import {type FailureClass, type FieldConflict, HubspokeError} from '../../model/failure.ts'
import type {Part} from '../../model/result.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {someOf} from '../../shared/words.ts'
import type {PlacedObject} from './placed-objects.ts'

/** Managers and fields that one sentence names. */
const namedFields = 6

/** Failures whose text a server, or a webhook that it asks, has written about the content of the object. */
const aboutContent: ReadonlySet<FailureClass> = new Set([
  'rejected',
  'server-error',
  'conflict',
  'throttled',
  'timeout',
])

/**
 * A failure that quotes no value of a Secret. Of a Secret itself the text of the server is left out: it may have a value in any
 * form, also one that only the cluster has. In the text about another object the values of all Secrets of the run are removed.
 */
export function withoutValues(
  error: HubspokeError,
  {manifest}: Pick<PlacedObject, 'manifest'>,
  secrets: readonly Manifest[],
): HubspokeError {
  const isOfSecret = manifest.kind === 'Secret' && aboutContent.has(error.failureClass)
  const said = secrets.reduce((text, secret) => withoutSecretValues(text, secret.object), error.message)
  const message = isOfSecret ? withoutServerText(error.message) : said
  if (message === error.message) return error
  const {failureClass, suggestions, status, retryAfterMs, refused, observed, final, conflicts} = error
  return new HubspokeError(failureClass, message, {
    ...{suggestions, refused, observed, final, conflicts},
    ...(status !== undefined && {status}),
    ...(retryAfterMs !== undefined && {retryAfterMs}),
  })
}

/** Our own sentence ends with the HTTP status; what follows is of the server. */
function withoutServerText(message: string): string {
  const own = /^(.*?HTTP \d+[^:]*): /s.exec(message)?.[1]
  return own === undefined ? message : `${own}. Its text is not shown, because it may have a value of the Secret.`
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
