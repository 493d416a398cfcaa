import {expect, test} from 'vitest'
import {imageWithin} from './image-words.ts'

const digits = '0123456789abcdef'.repeat(4)

test.each([
  {image: 'ghcr.io/acme/web:1.4', width: 20, shown: 'ghcr.io/acme/web:1.4', because: 'it fits'},
  {image: 'ghcr.io/acme/web:1.4', width: 15, shown: '…/acme/web:1.4', because: 'the registry goes first'},
  {image: 'ghcr.io/acme/web:1.4', width: 10, shown: '…/web:1.4', because: 'then the rest of the path'},
  {image: 'ghcr.io/acme/web:1.4', width: 8, shown: '…/web:1…', because: 'then the end'},
  {
    image: `web@sha256:${digits}`,
    width: 30,
    shown: 'web@sha256:0123456789ab…',
    because: 'a digest is known by its beginning',
  },
  {image: `sha256:${digits}`, width: 12, shown: 'sha256:0123…', because: 'a bare one, too'},
  {image: 'a/b', width: 1, shown: '…', because: 'there is no room at all'},
])('$image in $width columns is $shown: $because', ({image, width, shown}) => {
  expect(imageWithin(image, width)).toBe(shown)
})
