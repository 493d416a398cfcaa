import {matchesRequest, type Question, resourceOf} from '../api/request-match.ts'
import {ApiError} from '../status.ts'
import type {Trouble} from '../trouble.ts'

type WebhookTrouble = Extract<Trouble, {readonly type: 'webhook'}>

/** What a webhook looks at when it says nothing else. */
const usual = ['deployments', 'statefulsets', 'daemonsets', 'pods']

/**
 * Refuses a write that a webhook would have to admit.
 *
 * @throws ApiError 500 when the webhook cannot be called, 403 when it denies; in the words of the API
 */
export function admitByWebhooks(troubles: readonly Trouble[], question: Question): void {
  const met = troubles.find(
    (trouble): trouble is WebhookTrouble => trouble.type === 'webhook' && meets(trouble, question),
  )
  if (met === undefined) return
  const {webhook = 'policy.example.com', how, message = 'the policy does not allow it'} = met
  if (how === 'denies') {
    const denied = `admission webhook "${webhook}" denied the request: ${message}`
    throw new ApiError({code: 403, reason: 'Forbidden', message: denied})
  }
  const why = how === 'refused' ? 'dial tcp 10.96.7.7:443: connect: connection refused' : 'context deadline exceeded'
  const url = `https://${webhook.split('.')[0]}.policy-system.svc:443/validate?timeout=10s`
  const failed = `failed calling webhook "${webhook}": failed to call webhook: Post "${url}": ${why}`
  throw new ApiError({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${failed}`,
    details: {causes: [{message: failed}]},
  })
}

/** A patch is an update to a webhook; a subresource is a resource of its own. */
function meets({resource = usual, verb, namespace, name}: WebhookTrouble, question: Question): boolean {
  const wanted = typeof resource === 'string' ? [resource] : resource
  if (!wanted.includes('*') && !wanted.includes(resourceOf(question))) return false
  const verbs = question.verb === 'update' ? (['update', 'patch'] as const) : [question.verb]
  const rest = {...(verb && {verb}), ...(namespace !== undefined && {namespace}), ...(name && {name})}
  return verbs.some((each) => matchesRequest(rest, {...question, verb: each}, ''))
}
