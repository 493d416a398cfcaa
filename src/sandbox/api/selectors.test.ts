import {describe, expect, test} from 'vitest'
import {parseFieldSelector, parseLabelSelector} from './selectors.ts'

describe('label selectors', () => {
  test.each([
    {selector: '', labels: {}, expected: true, because: 'nothing is required'},
    {selector: 'a=b', labels: {a: 'b'}, expected: true, because: 'equal'},
    {selector: 'a == b', labels: {a: 'b'}, expected: true, because: 'spaces are ignored'},
    {selector: 'a=', labels: {a: ''}, expected: true, because: 'the empty value is a value'},
    {selector: 'a=b', labels: {}, expected: false, because: 'a missing label is not equal'},
    {selector: 'a!=b', labels: {}, expected: true, because: 'a missing label is unequal'},
    {selector: 'a!=b', labels: {a: 'b'}, expected: false, because: 'equal'},
    {selector: 'a', labels: {a: 'x'}, expected: true, because: 'it is there'},
    {selector: '!a', labels: {a: 'x'}, expected: false, because: 'it is there'},
    {selector: 'a in (b, c)', labels: {a: 'c'}, expected: true, because: 'one of them'},
    {selector: 'a in (b)', labels: {}, expected: false, because: 'a missing label is none of them'},
    {selector: 'a notin (b,c)', labels: {}, expected: true, because: 'a missing label is none of them'},
    {selector: 'a=b,c', labels: {a: 'b'}, expected: false, because: 'all requirements must match'},
    {selector: 'x.io/a=b,!c', labels: {'x.io/a': 'b'}, expected: true, because: 'keys may have a prefix'},
    {selector: 'n>5', labels: {n: '10'}, expected: true, because: 'numbers are compared as numbers'},
    {selector: 'n<5', labels: {}, expected: false, because: 'a missing label is not a number'},
  ])('$selector of $labels is $expected: $because', ({selector, labels, expected}) => {
    expect(parseLabelSelector(selector)(labels)).toBe(expected)
  })

  test.each([
    {selector: 'n===1', message: "unable to parse requirement: found '=', expected: identifier"},
    {selector: 'n foo 1', message: "unable to parse requirement: found 'foo', expected: in, notin, =, ==, !=, gt, lt"},
    {selector: 'n in 1', message: "unable to parse requirement: found '1' expected: '('"},
    {selector: 'n in (1', message: "unable to parse requirement: found '', expected: ',' or ')'"},
    {selector: 'a b', message: "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"},
    {selector: '-n-', message: /^unable to parse requirement: <nil>: Invalid value: "-n-": name part must consist/},
  ])('$selector is refused', ({selector, message}) => {
    expect(() => parseLabelSelector(selector)).toThrow(message)
  })
})

describe('field selectors', () => {
  const pod = {metadata: {name: 'a', namespace: 'shop'}, spec: {nodeName: 'n1'}, status: {phase: 'Running'}}

  test.each([
    {selector: 'metadata.name=a', expected: true},
    {selector: 'metadata.name=b', expected: false},
    {selector: 'metadata.name!=b,metadata.namespace==shop', expected: true},
    {selector: 'spec.nodeName=n1,status.phase=Running', expected: true},
    {selector: 'spec.nodeName!=n1', expected: false},
    {selector: 'status.podIP=', expected: true},
  ])('$selector is $expected', ({selector, expected}) => {
    expect(parseFieldSelector(selector, 'Pod')(pod)).toBe(expected)
  })

  test('an unsupported field is refused, and so is an invalid selector', () => {
    const message = '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"'
    expect(() => parseFieldSelector('spec.x=1', 'ConfigMap')).toThrow(message)
    expect(() => parseFieldSelector('foo', 'ConfigMap')).toThrow("invalid selector: 'foo'; can't understand 'foo'")
  })

  test('events are selected by their object', () => {
    const event = {metadata: {name: 'e'}, involvedObject: {name: 'web', kind: 'Deployment'}}
    expect(parseFieldSelector('involvedObject.name=web,involvedObject.kind=Deployment', 'Event')(event)).toBe(true)
  })
})
