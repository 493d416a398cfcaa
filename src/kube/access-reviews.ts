import {accessReview, selfReview} from './answers/other-questions.ts'
import type {Api} from './api.ts'
import type {AccessReviews} from './ports/access-reviews.ts'

export function createAccessReviews(api: Api): AccessReviews {
  return {
    async mayI(question, signal) {
      const [resource, subresource] = question.resource.split('/')
      const asked = {...question, resource, ...(subresource !== undefined && {subresource})}
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {resourceAttributes: asked},
      }
      return api.write({method: 'POST', question: accessReview(asked), body}, signal)
    },
    whoAmI(signal) {
      const body = {apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview'}
      return api.write({method: 'POST', question: selfReview, body}, signal)
    },
  }
}
