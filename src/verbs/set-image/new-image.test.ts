import {describe, expect, test} from 'vitest'
import {canonicalNew, imageFor, isSameImage, newImageOf} from './new-image.ts'

const one = `sha256:${'1'.repeat(64)}`
const two = `sha256:${'2'.repeat(64)}`

describe('the new image of a container', () => {
  test.each([
    {text: ':2', image: 'nginx', becomes: 'nginx:2'},
    {text: ':2', image: 'nginx:1', becomes: 'nginx:2'},
    {text: ':2', image: `nginx:1@${one}`, becomes: 'nginx:2'},
    {text: ':2', image: 'localhost:5000/web', becomes: 'localhost:5000/web:2'},
    {text: ':2', image: 'localhost:5000/web:1', becomes: 'localhost:5000/web:2'},
    {text: `@${two}`, image: `ghcr.io/acme/web:1@${one}`, becomes: `ghcr.io/acme/web@${two}`},
    {text: `:2@${two}`, image: 'ghcr.io/acme/web:1', becomes: `ghcr.io/acme/web:2@${two}`},
    {text: 'ghcr.io/acme/site:2', image: 'nginx:1', becomes: 'ghcr.io/acme/site:2'},
  ])('$text of $image is $becomes', ({text, image, becomes}) => {
    expect(imageFor(newImageOf(text), image)).toBe(becomes)
  })
})

test.each([
  {wanted: 'nginx:1', image: 'docker.io/library/nginx:1', expected: true},
  {wanted: 'nginx:latest', image: 'nginx', expected: true},
  {wanted: 'GHCR.io/acme/web:1', image: 'ghcr.io/acme/web:1', expected: true},
  {wanted: 'nginx:1', image: `nginx:1@${one}`, expected: true},
  {wanted: `nginx@${one}`, image: `nginx:1@${one}`, expected: true},
  {wanted: `nginx:2@${one}`, image: `nginx:1@${one}`, expected: false},
  {wanted: `nginx:1@${one}`, image: 'nginx:1', expected: false},
  {wanted: `nginx:1@${one}`, image: `nginx:1@${two}`, expected: false},
  {wanted: 'nginx:1', image: 'nginx:10', expected: false},
  {wanted: 'nginx:1', image: `nginx@${one}`, expected: false},
  {wanted: 'nginx:1', image: 'acme/nginx:1', expected: false},
  {wanted: 'nginx:1', image: 'nginx:1+', expected: false},
])('$wanted is met by $image: $expected', ({wanted, image, expected}) => {
  expect(isSameImage(wanted, image)).toBe(expected)
})

test('equal images are the same argument', () => {
  const same = (a: string, b: string) => canonicalNew(newImageOf(a)) === canonicalNew(newImageOf(b))
  expect(same('nginx:1', 'docker.io/library/nginx:1')).toBe(true)
  expect(same(':1', ':1')).toBe(true)
  expect(same(':1', ':2')).toBe(false)
  expect(same(':1', `:1@${one}`)).toBe(false)
  expect(same(':1', 'nginx:1')).toBe(false)
})
