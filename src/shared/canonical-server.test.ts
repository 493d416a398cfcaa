import {describe, expect, test} from 'vitest'
import {canonicalServer, serverNames} from './canonical-server.ts'

describe('one server, whatever the spelling of its URL', () => {
  const same: Readonly<Record<string, readonly string[]>> = {
    'https://api.example.com': [
      'https://API.example.COM',
      'https://api.example.com/',
      'https://api.example.com//',
      'https://api.example.com:443',
      'https://api.example.com/.',
      'https://api.example.com/x/..',
      'https://admin:secret@api.example.com',
      'https://api.example.com.',
      'https://api.example.com?a#b',
      ' https://api.example.com',
    ],
    'https://127.0.0.1:6443': ['https://127.1:6443', 'https://0x7f.0.0.1:6443', 'https://2130706433:6443/'],
    'https://[::1]:6443': ['https://[0:0:0:0:0:0:0:1]:6443'],
    'http://api:80/k8s/clusters/c-1': ['http://api/k8s/clusters/c-1/', 'http://API:80/k8s/./clusters/c-1'],
  }
  test.each(Object.entries(same).flatMap(([one, others]) => others.map((other) => [other, one])))(
    '%s',
    (other, one) => {
      expect(canonicalServer(other)).toBe(canonicalServer(one))
    },
  )
})

test.each([
  ['https://api.example.com', 'http://api.example.com'],
  ['https://api.example.com', 'https://api.example.com:6443'],
  ['https://rancher/k8s/clusters/c-1', 'https://rancher/k8s/clusters/c-2'],
  ['https://rancher/k8s/clusters/c-1', 'https://rancher/k8s/clusters/C-1'],
])('%s and %s are two', (one, other) => {
  expect(canonicalServer(one)).not.toBe(canonicalServer(other))
})

test('a text that is not a URL is compared as text', () => {
  expect([canonicalServer(''), canonicalServer('Not A Url'), serverNames('x')]).toEqual(['', 'not a url', ['x']])
})

test('the names of a server are its URL, with its port, and its host', () => {
  expect(serverNames('https://Api.example.com./k8s')).toEqual([
    'https://api.example.com/k8s',
    'https://api.example.com:443/k8s',
    'api.example.com',
    'api.example.com:443',
  ])
})
