import type {ArgumentsEntry} from '../model/arguments-entry.ts'
import {HubspokeError} from '../model/failure.ts'

/** @throws HubspokeError of class `usage` where a recorded argument is missing, or is no text */
export function textArgument(args: ArgumentsEntry, name: string): string {
  const value = args[name]
  if (typeof value === 'string' && value !== '') return value
  throw new HubspokeError('usage', `The argument ${name.toUpperCase()} is missing.`)
}
