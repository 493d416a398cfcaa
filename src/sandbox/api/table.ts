import type {ApiObject} from '../api-object.ts'
import {objectAt} from '../patches/json.ts'

export interface Column {
  readonly name: string
  readonly type: string
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority: number
}

export interface TableKind {
  readonly columns: readonly Column[]
  cells(object: ApiObject, now: Date): (string | number)[]
}

export const text = (name: string): Column => ({name, type: 'string', priority: 0})
export const number = (name: string): Column => ({name, type: 'integer', priority: 0})
export const wide = (name: string): Column => ({name, type: 'string', priority: 1})

/** A number at a path; 0 where there is none. */
export const count = (object: ApiObject, ...path: readonly string[]): number =>
  Number(objectAt(object, ...path.slice(0, -1))[path.at(-1) ?? ''] ?? 0)

/** A text at a path; empty where there is none. */
export const word = (object: ApiObject, ...path: readonly string[]): string =>
  String(objectAt(object, ...path.slice(0, -1))[path.at(-1) ?? ''] ?? '')
