import {mapping, oneOrMore} from '../../yaml/compound-shapes.ts'
import {choice, integer, type Shape, text} from '../../yaml/shape.ts'
import {having, nameRules} from './common-rules.ts'
import type {SourceConfig} from './rule-file.ts'

const repositories = text('A glob over repositories with their host: "ghcr.io/acme/*".', {
  pattern: /^(?=.*[/*])[\w.:/*?[\]-]+$/,
  means: 'a repository with its host as "docker.io/library/nginx", or a glob',
  maxLength: 500,
})

/** @param types the names of the formats; none: any text is one */
export function sourceShape(types: readonly string[]): Shape<SourceConfig> {
  const about = 'The format of its events.'
  const shape = mapping(
    'A sender of events. Its path is /hooks/NAME.',
    {
      name: text('The last part of its path, unique.', nameRules),
      type: types.length === 0 ? text(about, nameRules) : choice(about, types),
    },
    {
      secretFile: text('The file that holds its secret.', {maxLength: 4_096}),
      secretEnv: text('The environment variable that holds its secret.', {
        pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
        means: 'the name of an environment variable',
      }),
      allow: oneOrMore(repositories, 'repositories'),
      perMinute: integer('Requests per minute; more are answered with 429. Default: 600.', {min: 1, max: 100_000}),
    },
  )
  return {
    schema: {...shape.schema, not: having('secretFile', 'secretEnv')},
    read(item, reader) {
      const {allow = ['*'], perMinute = 600, ...rest} = shape.read(item, reader)
      if (rest.secretFile !== undefined && rest.secretEnv !== undefined) {
        throw reader.wrong(item, 'must have only one of "secretFile" and "secretEnv"')
      }
      return {...rest, allow, perMinute, line: item.line, column: item.column}
    },
  }
}
