import {describe, expect, test} from 'vitest'
import type {ContainerImage, WorkloadImages} from '../model/workload.ts'
import {isProblem} from '../shared/problem.ts'
import {type ImageQuery, matchedImages, matches, matchWorkload, parseImageQuery} from './image-query.ts'

const one = `sha256:${'1'.repeat(64)}`
const long = `sha384:${'1'.repeat(96)}`
const two = `sha256:${'2'.repeat(64)}`

function query(text: string): ImageQuery {
  const parsed = parseImageQuery(text)
  if (isProblem(parsed)) throw new Error(parsed.problem)
  return parsed
}

describe('a query', () => {
  test.each([
    {text: 'nginx', image: 'nginx', expected: true, because: 'any tag'},
    {text: 'nginx', image: 'nginx:1.27', expected: true, because: 'any tag'},
    {text: 'nginx', image: `docker.io/library/nginx:1@${one}`, expected: true, because: 'any digest, spelled in full'},
    {text: 'nginx', image: 'acme/nginx', expected: false, because: 'another repository'},
    {text: 'nginx', image: 'nginx-debug', expected: false, because: 'a name is no prefix'},
    {text: 'nginx', image: 'ghcr.io/library/nginx', expected: false, because: 'another registry'},
    {text: 'index.docker.io/nginx', image: 'nginx:1', expected: true, because: 'the old name of Docker Hub'},
    {text: 'nginx:latest', image: 'nginx', expected: true, because: 'a pod template without a tag means latest'},
    {text: 'nginx:latest', image: 'nginx:1.27', expected: false, because: 'the exact reference'},
    {text: 'nginx:latest', image: `nginx@${one}`, expected: false, because: 'a digest alone has no tag'},
    {text: 'nginx:1.27', image: `nginx:1.27@${one}`, expected: true, because: 'a tag matches tag and digest'},
    {text: 'nginx:1.27', image: 'nginx:1.27.1', expected: false, because: 'a tag is no prefix'},
    {text: 'nginx:V1', image: 'nginx:v1', expected: false, because: 'tags know case'},
    {text: 'GHCR.io/acme/web', image: 'ghcr.io/acme/web:1', expected: true, because: 'host names are case-insensitive'},
    {
      text: 'ghcr.io/acme/web',
      image: 'Ghcr.io/acme/web:1',
      expected: true,
      because: 'host names are case-insensitive, on either side',
    },
    {text: 'ghcr.io/acme/web:1.4.*', image: 'ghcr.io/acme/web:1.4.2', expected: true, because: 'a glob over the tag'},
    {text: 'ghcr.io/acme/web:1.4.*', image: 'ghcr.io/acme/web:1.5.0', expected: false, because: 'outside the glob'},
    {text: 'ghcr.io/acme/web:1.4.*', image: `ghcr.io/acme/web:1.4.2@${one}`, expected: true, because: 'with digest'},
    {text: 'web:{1.4,latest}', image: 'web:1.4', expected: true, because: 'one of several tags'},
    {text: 'web:{1.4,latest}', image: 'web', expected: true, because: 'latest is one of them'},
    {text: 'web:{1.4,latest}', image: 'web:1.4.1', expected: false, because: 'none of them'},
    {text: 'web:{1.*,latest}', image: 'web:1.9', expected: true, because: 'one of them is a glob'},
    {text: 'localhost:5000/web:{a}', image: 'localhost:5000/web:a', expected: true, because: 'a list of one'},
    {text: `web:{a,b}@${one}`, image: `web:b@${one}`, expected: true, because: 'several tags, and the digest'},
    {text: 'web:1.?', image: 'web:1.10', expected: false, because: 'one character is one'},
    {text: 'web:*', image: 'web', expected: true, because: 'latest is a tag'},
    {text: 'web:*', image: `web@${one}`, expected: false, because: 'it has no tag at all'},
    {text: 'localhost:5000/web:v*', image: 'localhost:5000/web:v2', expected: true, because: 'a port is no tag'},
    {text: `nginx@${one}`, image: `nginx@${one}`, expected: true, because: 'the digest'},
    {text: `nginx@${one}`, image: `nginx:1.27@${one}`, expected: true, because: 'under any tag'},
    {text: `nginx@${one}`, image: `nginx@${two}`, expected: false, because: 'another digest'},
    {text: `nginx@${one}`, image: 'nginx:1.27', expected: false, because: 'the digest of a tag is unknown'},
    {text: `nginx@${one}`, image: `acme/nginx@${one}`, expected: false, because: 'another repository'},
    {text: `nginx:1@${one}`, image: `nginx:1@${one}`, expected: true, because: 'all three'},
    {text: `nginx:1@${one}`, image: `nginx:2@${one}`, expected: false, because: 'another tag'},
    {text: `nginx:1@${one}`, image: `nginx@${one}`, expected: false, because: 'the exact reference has a tag'},
    {text: `nginx:1.*@${one}`, image: `nginx:1.2@${one}`, expected: true, because: 'glob and digest'},
    {text: one, image: `ghcr.io/acme/web:1@${one}`, expected: true, because: 'a bare digest, any repository'},
    {text: long, image: `ghcr.io/acme/web@${long}`, expected: true, because: 'of any algorithm'},
    {text: one, image: `ghcr.io/acme/web@${two}`, expected: false, because: 'another digest'},
    {text: one, image: 'ghcr.io/acme/web', expected: false, because: 'no digest'},
    {text: 'web:1.*', image: 'web:1.*', expected: true, because: 'an invalid reference matches as text'},
    {text: 'nginx', image: ' nginx', expected: false, because: 'an invalid reference matches only as text'},
    {text: 'nginx', image: '', expected: false, because: 'an empty image matches nothing'},
  ])('$text and $image: $because', ({text, image, expected}) => {
    expect(matches(query(text), image)).toBe(expected)
  })

  test.each([
    ['', 'An image reference must not be empty.'],
    ['Nginx', 'The repository in "Nginx" must be in lower case.'],
    ['sha256:abc', 'The digest "sha256:abc" has 3 characters after "sha256:", not 64.'],
    ['sha256:abc*', 'The digest "sha256:abc*" has 4 characters after "sha256:", not 64.'],
    [`sha512:${'1'.repeat(64)}`, `The digest "sha512:${'1'.repeat(64)}" has 64 characters after "sha512:", not 128.`],
    ['ghcr.io/*/web', 'In "ghcr.io/*/web" a "*" or "?" is allowed only in the tag, as in "ghcr.io/acme/web:1.4.*".'],
    ['*', 'In "*" a "*" or "?" is allowed only in the tag, as in "ghcr.io/acme/web:1.4.*".'],
    ['web@sha256:1*', 'In "web@sha256:1*" a "*" or "?" is allowed only in the tag, as in "ghcr.io/acme/web:1.4.*".'],
    ['web:1+*', 'In "web:1+*" a "*" or "?" is allowed only in the tag, as in "ghcr.io/acme/web:1.4.*".'],
    ['web:{}', 'In "web:{}" a "{" is allowed only around tags, as in "ghcr.io/acme/web:{1.4,latest}".'],
    ['web:{a,}', 'In "web:{a,}" a "{" is allowed only around tags, as in "ghcr.io/acme/web:{1.4,latest}".'],
    ['w{e}b:1', 'In "w{e}b:1" a "{" is allowed only around tags, as in "ghcr.io/acme/web:{1.4,latest}".'],
    ['Web:{1}', 'The repository in "Web" must be in lower case.'],
    ['Web:1.*', 'The repository in "Web" must be in lower case.'],
  ])('%j is refused', (text, message) => {
    expect(parseImageQuery(text)).toEqual({problem: message})
  })

  test('a hostile text is refused in bounded time', () => {
    for (const part of ['*', 'a*', ':*', 'sha256:', '@?']) {
      expect(parseImageQuery(part.repeat(300_000))).toHaveProperty('problem')
    }
  })
})

const container = (name: string, image: string): ContainerImage => ({container: name, image, role: 'container'})

const web: WorkloadImages = {
  kind: 'Deployment',
  namespace: 'shop',
  name: 'web',
  uid: 'u1',
  images: [container('app', 'web:1'), container('proxy', 'envoy:1'), container('old', 'docker.io/library/web')],
}

describe('a workload', () => {
  test('is matched with the containers that run a matching image', () => {
    const match = matchWorkload(query('web'), web)
    expect(match?.matched.map(({container: name}) => name)).toEqual(['app', 'old'])
    expect(match?.images).toHaveLength(3)
  })

  test('is not matched when none does', () => {
    expect(matchWorkload(query('nginx'), web)).toBeUndefined()
  })

  test('lists the matched images as spelled, once and sorted', () => {
    const match = matchWorkload(query('web'), web)
    expect(matchedImages([match, match].filter((found) => found !== undefined))).toEqual([
      'docker.io/library/web',
      'web:1',
    ])
  })
})
