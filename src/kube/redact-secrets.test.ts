import {expect, test} from 'vitest'
import {redactSecrets} from './redact-secrets.ts'

test.each([
  {line: 'password=hunter2', secret: 'hunter2', because: 'a value by its name'},
  {line: 'DB_PASSWORD: hunter2 and more', secret: 'hunter2', because: 'a longer name'},
  {line: '{"msg":"no","apiKey":"hunter2","port":8080}', secret: 'hunter2', because: 'JSON'},
  {line: `{"client_secret": "hun\\"ter2 x", "port": 1}`, secret: 'ter2', because: 'a quote inside of a quoted value'},
  {line: "secret: 'hunter2 with spaces'", secret: 'spaces', because: 'single quotes'},
  {line: 'password="hunter2 that never ends', secret: 'never', because: 'a quote that is not closed'},
  {line: 'started with --token hunter2 --port 80', secret: 'hunter2', because: 'an option'},
  {line: 'dial postgres://shop:hunter2@db:5432/shop failed', secret: 'hunter2', because: 'a URL'},
  {line: 'dial redis://:hunter2@cache:6379', secret: 'hunter2', because: 'a URL without a user'},
  {line: 'dial amqp://shop:hun@ter2@mq/', secret: 'ter2', because: 'an @ in the password of a URL'},
  {line: 'Authorization: Bearer abcdef.ghijkl', secret: 'abcdef', because: 'a header'},
  {line: 'sent header bearer abcdefghijkl', secret: 'abcdefghijkl', because: 'a scheme without its header'},
  {line: 'got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', secret: 'eyJ', because: 'a JSON Web Token'},
  {line: 'using AKIAIOSFODNN7EXAMPLE', secret: 'AKIA', because: 'the key of a cloud'},
  {line: 'clone with ghp_abcdefghijklmnop1234', secret: 'abcdefghijklmnop', because: 'the token of a forge'},
  {line: 'key 3f786850e387550fdab836ed7e6dc881de23001b', secret: '3f78', because: 'hexadecimal digits'},
  {line: '-----BEGIN RSA PRIVATE KEY-----MIIEow', secret: 'MIIE', because: 'a private key'},
])('cuts out $because', ({line, secret}) => {
  expect(redactSecrets(line)).not.toContain(secret)
  expect(redactSecrets(line)).toContain('[redacted]')
})

test.each([
  'panic: runtime error: index out of range [5] with length 3',
  'level=fatal msg="cannot open configuration" error="no such file or directory"',
  'Error: connect ECONNREFUSED 10.0.0.1:5432',
  '    at Module._compile (node:internal/modules/cjs/loader:1554:14)',
  'java.lang.IllegalStateException: Failed to load ApplicationContext for com.acme.shop.checkout.CheckoutApplication',
  'migration 20260102_add_orders_and_their_positions_to_the_shop failed',
  'https://docs.acme.example/errors/1234 tells more',
])('leaves what explains a crash: %s', (line) => {
  expect(redactSecrets(line)).toBe(line)
})

test('a hostile line takes no time', () => {
  const lines = [
    'password='.repeat(900),
    'a://'.repeat(2_000),
    `${'x-token'.repeat(1_100)}:`,
    '-'.repeat(8_000),
    'a1'.repeat(4_000),
  ]
  for (const line of lines) redactSecrets(line)
  expect(redactSecrets(lines[0] ?? '')).toContain('[redacted]')
})
