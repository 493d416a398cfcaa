import {execFileSync} from 'node:child_process'
import {expect, test} from 'vitest'
import {fillIn, requireKnownPlaceholders, shellQuoted} from './placeholders.ts'

test.each([
  ['{context}', 'prod eu'],
  ['--context={context}/{context}', '--context=prod eu/prod eu'],
  ['\\{context}', '{context}'],
  ['{{context}}', '{{context}}'],
  ['-o=jsonpath={range .items[*]}{.metadata.name}\\{end}', '-o=jsonpath={range .items[*]}{.metadata.name}{end}'],
  ['{{range .items}}{{.x}}{{end}}', '{{range .items}}{{.x}}{{end}}'],
  ['{ context }', '{ context }'],
])('%s becomes %s, in one word', (word, filled) => {
  requireKnownPlaceholders([word], ['context'])
  expect(fillIn(word, {context: 'prod eu'})).toBe(filled)
})

test('a value with a placeholder in it is not filled in again', () => {
  expect(fillIn('{context}', {context: '{name}', name: 'x'})).toBe('{name}')
})

test.each(["it's", '$(touch /tmp/x)', '`id`', 'a"b', 'a\\b', '$HOME', '-n', 'a;b', 'ä\tö'])(
  'a shell takes %j as it is',
  (context) => {
    const script = fillIn('printf %s {context}', {context}, shellQuoted)
    expect(execFileSync('/bin/sh', ['-c', script], {encoding: 'utf8'})).toBe(context)
  },
)

test.each([
  {word: '{contxt}', message: 'There is no placeholder "{contxt}"', next: '{context}'},
  {word: '{end}', message: 'There is no placeholder "{end}"', next: '\\{end}  for this text itself'},
  {word: 'x-{image}', message: '{image} is a placeholder of workloads', next: '\\{image}  for this text itself'},
])('$word is refused', ({word, message, next}) => {
  const parse = () => requireKnownPlaceholders(['kubectl', word], ['context'])
  expect(parse).toThrow(expect.objectContaining({failureClass: 'usage', message: expect.stringContaining(message)}))
  expect(parse).toThrow(expect.objectContaining({suggestions: expect.arrayContaining([next])}))
})
