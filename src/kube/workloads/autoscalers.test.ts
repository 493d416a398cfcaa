import {expect, test} from 'vitest'
import {fakeApi, refusal} from '../testing/fake-api.ts'
import {createAutoscalers} from './autoscalers.ts'

const never = new AbortController().signal
const web = {kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u1'} as const

const autoscaler = (scaleTargetRef: object, spec: object = {}) => ({
  metadata: {name: 'hpa', namespace: 'shop', uid: 'u2', resourceVersion: '7'},
  spec: {scaleTargetRef, maxReplicas: 9, ...spec},
})
const list = (...items: readonly object[]) => ({
  kind: 'HorizontalPodAutoscalerList',
  apiVersion: 'autoscaling/v2',
  metadata: {resourceVersion: '9'},
  items,
})
const ofWeb = {apiVersion: 'apps/v1', kind: 'Deployment', name: 'web'}

test.each([
  {items: [autoscaler(ofWeb)], is: {namespace: 'shop', name: 'hpa', min: 1, max: 9}, because: 'it refers to it'},
  {
    items: [autoscaler(ofWeb, {minReplicas: 2})],
    is: {namespace: 'shop', name: 'hpa', min: 2, max: 9},
    because: 'so it is',
  },
  {items: [autoscaler({...ofWeb, name: 'api'})], is: undefined, because: 'the name is another one'},
  {items: [autoscaler({...ofWeb, kind: 'StatefulSet'})], is: undefined, because: 'the kind is another one'},
  {items: [autoscaler({...ofWeb, apiVersion: 'argoproj.io/v1'})], is: undefined, because: 'the group is another one'},
  {items: [], is: undefined, because: 'there is none'},
])('$is: $because', async ({items, is}) => {
  expect(await createAutoscalers(fakeApi({get: () => list(...items)}))(web, never)).toEqual(is)
})

test('takes one list per namespace, however many workloads ask', async () => {
  const paths: string[] = []
  const autoscalerOf = createAutoscalers(
    fakeApi({
      get(path) {
        paths.push(path)
        return list()
      },
    }),
  )
  await Promise.all(['shop', 'shop', 'pay'].map((namespace) => autoscalerOf({...web, namespace}, never)))
  await autoscalerOf(web, never)
  expect(paths).toEqual(
    ['shop', 'pay'].map((one) => `/apis/autoscaling/v2/namespaces/${one}/horizontalpodautoscalers?limit=500`),
  )
})

test('a list that failed is not an answer, and is read again by the next one', async () => {
  let refused = true
  const api = fakeApi({
    get() {
      if (refused) throw refusal(403)
      return list(autoscaler(ofWeb))
    },
  })
  const autoscalerOf = createAutoscalers(api)
  expect(await autoscalerOf(web, never)).toMatchObject({notRead: {class: 'forbidden'}})
  refused = false
  expect(await autoscalerOf(web, never)).toMatchObject({name: 'hpa'})
})
