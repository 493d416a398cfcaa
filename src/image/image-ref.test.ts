import {describe, expect, test} from 'vitest'
import {canonicalImage, isImageReference, parseImageReference} from './image-ref.ts'

const sha256 = `sha256:${'0123456789abcdef'.repeat(4)}`
const sha384 = `sha384:${'0123456789abcdef'.repeat(6)}`
const sha512 = `sha512:${'0123456789abcdef'.repeat(8)}`

const valid: readonly (readonly [text: string, canonical: string])[] = [
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['nginx:latest', 'docker.io/library/nginx:latest'],
  [`nginx@${sha256}`, `docker.io/library/nginx@${sha256}`],
  [`nginx:1.27@${sha256}`, `docker.io/library/nginx:1.27@${sha256}`],
  [`nginx@${sha384}`, `docker.io/library/nginx@${sha384}`],
  [`nginx@${sha512}`, `docker.io/library/nginx@${sha512}`],
  ['library/nginx', 'docker.io/library/nginx:latest'],
  ['acme/web', 'docker.io/acme/web:latest'],
  ['acme/team/web:1', 'docker.io/acme/team/web:1'],
  ['docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['docker.io/library/nginx', 'docker.io/library/nginx:latest'],
  ['index.docker.io/nginx:1', 'docker.io/library/nginx:1'],
  ['index.docker.io/acme/web', 'docker.io/acme/web:latest'],
  ['docker.io:443/nginx', 'docker.io:443/nginx:latest'],
  ['ghcr.io/acme/web:1.0', 'ghcr.io/acme/web:1.0'],
  ['ghcr.io/web', 'ghcr.io/web:latest'],
  ['GHCR.io/acme/web', 'GHCR.io/acme/web:latest'],
  ['Registry/web', 'Registry/web:latest'],
  ['localhost/web', 'localhost/web:latest'],
  ['localhost', 'docker.io/library/localhost:latest'],
  ['localhost:5000', 'docker.io/library/localhost:5000'],
  ['localhost:5000/web', 'localhost:5000/web:latest'],
  ['localhost:5000/web:1', 'localhost:5000/web:1'],
  ['nginx:1/2', 'nginx:1/2:latest'],
  ['registry:5000/acme/web:1', 'registry:5000/acme/web:1'],
  ['registry/acme/web', 'docker.io/registry/acme/web:latest'],
  ['example.com', 'docker.io/library/example.com:latest'],
  ['example.com/web', 'example.com/web:latest'],
  ['127.0.0.1:5000/web', '127.0.0.1:5000/web:latest'],
  ['10.0.0.1/web:1', '10.0.0.1/web:1'],
  ['[::1]/web', '[::1]/web:latest'],
  ['[::1]:5000/web', '[::1]:5000/web:latest'],
  [`[2001:db8::1]:5000/acme/web:1@${sha256}`, `[2001:db8::1]:5000/acme/web:1@${sha256}`],
  ['[2001:DB8::A]/web', '[2001:DB8::A]/web:latest'],
  ['xn--bcher-kva.example/web', 'xn--bcher-kva.example/web:latest'],
  ['a--b.io/web', 'a--b.io/web:latest'],
  ['a.b-c.io/x/y/z', 'a.b-c.io/x/y/z:latest'],
  ['us-docker.pkg.dev/project/repo/app:v1.2.3', 'us-docker.pkg.dev/project/repo/app:v1.2.3'],
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1', '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1'],
  ['acme/my.web', 'docker.io/acme/my.web:latest'],
  ['acme/my_web', 'docker.io/acme/my_web:latest'],
  ['acme/my__web', 'docker.io/acme/my__web:latest'],
  ['acme/my---web', 'docker.io/acme/my---web:latest'],
  ['acme/0', 'docker.io/acme/0:latest'],
  ['web:V1_2.3-rc', 'docker.io/library/web:V1_2.3-rc'],
  ['web:_hidden', 'docker.io/library/web:_hidden'],
  [`web:${'t'.repeat(128)}`, `docker.io/library/web:${'t'.repeat(128)}`],
  [`${'g'.repeat(64)}`, `docker.io/library/${'g'.repeat(64)}:latest`],
  [`web:${'a'.repeat(64)}`, `docker.io/library/web:${'a'.repeat(64)}`],
  [`ghcr.io/${'p'.repeat(255)}`, `ghcr.io/${'p'.repeat(255)}:latest`],
  [`a/${'p'.repeat(253)}`, `docker.io/a/${'p'.repeat(253)}:latest`],
  ['example.com:00/web', 'example.com:00/web:latest'],
]

const invalid: readonly (readonly [text: string, message: string])[] = [
  ['', 'An image reference must not be empty.'],
  [' nginx', 'The image reference " nginx" holds white space or a control character.'],
  ['nginx\n', 'The image reference "nginx\\x0a" holds white space or a control character.'],
  ['ng inx', 'The image reference "ng inx" holds white space or a control character.'],
  ['nginx\u001b[31m', 'The image reference "nginx\\x1b[31m" holds white space or a control character.'],
  ['nginx\u0000', 'The image reference "nginx\\x00" holds white space or a control character.'],
  [
    'https://ghcr.io/acme/web',
    'The image reference "https://ghcr.io/acme/web" must not start with a scheme such as "https://".',
  ],
  ['docker://nginx', 'The image reference "docker://nginx" must not start with a scheme such as "https://".'],
  ['Nginx', 'The repository in "Nginx" must be in lower case.'],
  ['ghcr.io/Acme/web', 'The repository in "ghcr.io/Acme/web" must be in lower case.'],
  ['acme/Web:1', 'The repository in "acme/Web:1" must be in lower case.'],
  [':1.0', 'The image reference ":1.0" has no repository.'],
  [`@${sha256}`, `The image reference "@${sha256}" has no repository.`],
  ['ghcr.io/', 'The image reference "ghcr.io/" has no repository.'],
  ['ghcr.io/:1', 'The image reference "ghcr.io/:1" has no repository.'],
  ['acme//web', 'The repository in "acme//web" has an empty part between two slashes or at its end.'],
  ['acme/web/', 'The repository in "acme/web/" has an empty part between two slashes or at its end.'],
  ['/web', 'The repository in "/web" has an empty part between two slashes or at its end.'],
  ['acme/-web', 'The repository in "acme/-web" has an invalid part: "-web".'],
  ['acme/web-', 'The repository in "acme/web-" has an invalid part: "web-".'],
  ['acme/we..b', 'The repository in "acme/we..b" has an invalid part: "we..b".'],
  ['acme/we___b', 'The repository in "acme/we___b" has an invalid part: "we___b".'],
  ['acme/we.-b', 'The repository in "acme/we.-b" has an invalid part: "we.-b".'],
  ['acme/wéb', 'The repository in "acme/wéb" has an invalid part: "wéb".'],
  ['acme/web*', 'The repository in "acme/web*" has an invalid part: "web*".'],
  ['{{ image }}', 'The image reference "{{ image }}" holds white space or a control character.'],
  ['{{image}}', 'The repository in "{{image}}" has an invalid part: "{{image}}".'],
  ['nginx:', 'The image reference "nginx:" ends its name with a colon but has no tag.'],
  [`nginx:@${sha256}`, `The image reference "nginx:@${sha256}" ends its name with a colon but has no tag.`],
  ['nginx:-1', 'The image reference "nginx:-1" has an invalid tag: "-1".'],
  ['nginx:.1', 'The image reference "nginx:.1" has an invalid tag: ".1".'],
  ['nginx:1:2', 'The image reference "nginx:1:2" has an invalid tag: "1:2".'],
  ['x.io/web:1/2', 'The image reference "x.io/web:1/2" has an invalid tag: "1/2".'],
  ['nginx:1+2', 'The image reference "nginx:1+2" has an invalid tag: "1+2".'],
  [`web:${'t'.repeat(129)}`, `The tag in "web:${'t'.repeat(76)}…" is longer than 128 characters.`],
  [`ghcr.io/${'p'.repeat(256)}`, `The repository in "ghcr.io/${'p'.repeat(72)}…" is longer than 255 characters.`],
  ['p'.repeat(248), `The repository in "${'p'.repeat(80)}…" is longer than 255 characters.`],
  ['nginx@', 'The digest "" must start with sha256:, sha384: or sha512:.'],
  ['nginx@sha256', 'The digest "sha256" has 0 characters after "sha256:", not 64.'],
  ['nginx@sha256:abc', 'The digest "sha256:abc" has 3 characters after "sha256:", not 64.'],
  [`nginx@sha256:${'A'.repeat(64)}`, `The digest "sha256:${'A'.repeat(64)}" has characters other than 0-9 and a-f.`],
  [`nginx@md5:${'a'.repeat(32)}`, `The digest "md5:${'a'.repeat(32)}" must start with sha256:, sha384: or sha512:.`],
  [
    `nginx@toString:${'a'.repeat(64)}`,
    `The digest "toString:${'a'.repeat(64)}" must start with sha256:, sha384: or sha512:.`,
  ],
  [
    `nginx@${sha256}@${sha256}`,
    `The digest "${sha256}@${sha256.slice(0, 8)}…" has 136 characters after "sha256:", not 64.`,
  ],
  [`nginx@${sha256}:1`, `The digest "${sha256}:1" has 66 characters after "sha256:", not 64.`],
  [sha256.slice(7), `"${sha256.slice(7)}" is a bare identifier, not an image reference; a digest is written sha256:….`],
  ['a_b.c/web', 'The image reference "a_b.c/web" has no valid registry host: "a_b.c".'],
  ['-a.io/web', 'The image reference "-a.io/web" has no valid registry host: "-a.io".'],
  ['a-.io/web', 'The image reference "a-.io/web" has no valid registry host: "a-.io".'],
  ['a..io/web', 'The image reference "a..io/web" has no valid registry host: "a..io".'],
  ['.io/web', 'The image reference ".io/web" has no valid registry host: ".io".'],
  ['::1/web', 'The image reference "::1/web" has no valid registry host: "".'],
  ['[::1/web', 'The image reference "[::1/web" has no valid registry host: "[".'],
  ['[fe80::1%eth0]/web', 'The image reference "[fe80::1%eth0]/web" has no valid registry host: "[fe80::1%eth0]".'],
  [
    '[::ffff:1.2.3.4]/web',
    'The image reference "[::ffff:1.2.3.4]/web" has no valid registry host: "[::ffff:1.2.3.4]".',
  ],
  ['[]/web', 'The repository in "[]/web" has an invalid part: "[]".'],
  ['host:/web', 'The image reference "host:/web" has no valid registry port: "".'],
  ['host:http/web', 'The image reference "host:http/web" has no valid registry port: "http".'],
  ['host:80:80/web', 'The image reference "host:80:80/web" has no valid registry port: "80:80".'],
  ['user@host/web', 'The digest "host/web" must start with sha256:, sha384: or sha512:.'],
]

describe('an image reference', () => {
  test.each(valid)('%s is %s', (text, canonical) => {
    const parsed = parseImageReference(text)
    expect(isImageReference(parsed) ? canonicalImage(parsed) : parsed.problem).toBe(canonical)
  })

  test.each(invalid)('%j is refused: %s', (text, message) => {
    expect(parseImageReference(text)).toEqual({problem: message})
  })

  test('the full form is parsed as the same reference', () => {
    for (const [, canonical] of valid.filter(([text]) => text !== 'Registry/web')) {
      const parsed = parseImageReference(canonical)
      expect(isImageReference(parsed) && canonicalImage(parsed)).toBe(canonical)
    }
  })

  test('tag and digest are set only where they were written', () => {
    expect(parseImageReference('nginx')).toEqual({domain: 'docker.io', path: 'library/nginx'})
    expect(parseImageReference(`x.io/web:1@${sha256}`)).toEqual({domain: 'x.io', path: 'web', tag: '1', digest: sha256})
  })
})

describe('hostile text', () => {
  const mebibyte = 1024 * 1024

  test.each([
    {shape: 'letters', text: 'a'.repeat(mebibyte)},
    {shape: 'dashes', text: `a${'-'.repeat(mebibyte)}`},
    {shape: 'slashes', text: '/'.repeat(mebibyte)},
    {shape: 'colons', text: ':'.repeat(mebibyte)},
    {shape: 'at signs', text: '@'.repeat(mebibyte)},
    {shape: 'brackets', text: '['.repeat(mebibyte)},
    {shape: 'control characters', text: '\u0000'.repeat(mebibyte)},
  ])('1 MiB of $shape is refused unread', ({text}) => {
    const parsed = parseImageReference(text)
    expect(parsed).toEqual({
      problem: expect.stringMatching(/^The image reference ".{80,400}…" is longer than 1024 characters\.$/),
    })
  })

  test.each(['a-', 'a.', 'a_', 'a/', 'A.', '[:', 'a:', 'a@', '-', '.'])(
    '1,024 characters of %j are refused in bounded time',
    (part) => {
      expect(parseImageReference(`x.io/${part.repeat(509)}!`)).toHaveProperty('problem')
      expect(parseImageReference(`${part.repeat(500)}!.io/web`)).toHaveProperty('problem')
    },
  )
})
