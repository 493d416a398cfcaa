import {type Api, apiPath} from './api.ts'
import {objectAt} from './json-fields.ts'
import type {AccessReviews} from './ports/access-reviews.ts'

export function createAccessReviews(api: Api): AccessReviews {
  return {
    async mayI(question, signal) {
      const path = apiPath(['apis', 'authorization.k8s.io', 'v1', 'selfsubjectaccessreviews'])
      const [resource, subresource] = question.resource.split('/')
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {resourceAttributes: {...question, resource, ...(subresource !== undefined && {subresource})}},
      }
      const review = await api.write({method: 'POST', path, body}, signal)
      return objectAt(review, 'status').allowed === true
    },
  }
}
