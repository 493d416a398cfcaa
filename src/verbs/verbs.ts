import {apply} from './apply/apply.ts'
import {foreach} from './foreach/foreach.ts'
import {restart} from './restart/restart.ts'
import {scale} from './scale/scale.ts'
import {setImage} from './set-image/set-image.ts'
import {undo} from './undo/undo.ts'
import type {Verb} from './verb.ts'

/** Verbs by the name that ledgers record. A name that is missing is of another version. */
export type Verbs = ReadonlyMap<string, Verb>

/** Every verb of hubspoke. */
export const verbs: Verbs = new Map(
  [restart, setImage, scale, undo, apply, foreach].map((verb): [string, Verb] => [verb.name, verb]),
)
