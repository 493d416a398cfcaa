import {shellWord} from './shell-word.ts'

/** The origin of the contexts of this invocation, as far as suggested commands must contain it. */
export interface CommandPlace {
  /** The command that starts this program: `hubspoke`, or the one of npm in a clone. */
  readonly program: string
  /**
   * The kubeconfig of `--kubeconfig`, our environment variable or our config file, of which kubectl uses only its own.
   * Absent: kubectl finds the same file by itself.
   */
  readonly kubeconfig?: string
  /** The only context is the service account of this pod, which is in no kubeconfig. */
  readonly isInCluster?: boolean
}

/** `kubectl` with the context that reaches a cluster, and with the namespace if there is one, ready to paste into a shell. */
export function kubectlCommand(
  {context, namespace}: {readonly context: string; readonly namespace?: string},
  ...words: readonly string[]
): string {
  const place = ['--context', context, ...(namespace === undefined ? [] : ['-n', namespace])]
  return ['kubectl', ...place, ...words].map(shellWord).join(' ')
}

/** The same for a context that is already a shell word, and for words without quotes. */
export function kubectlOn(word: string, words: string): string {
  return `kubectl --context ${word} ${words}`
}

/** The command that shows the entries of a context, without its secrets. */
export function kubeconfigOf(word: string): string {
  return `kubectl config view --minify --context ${word}`
}

/** `hubspoke` with these words, ready to paste into a shell. */
export function hubspokeCommand(...words: readonly string[]): string {
  return ['hubspoke', ...words].map(shellWord).join(' ')
}

/** Our commands that connect to clusters, and so accept `--kubeconfig`. */
const reaching =
  'runs retry|cache refresh|cache show|cache watch|restart|set-image|scale|undo|apply|foreach|find|status|check'

/** At the beginning of a suggestion, or where a sentence names a command. */
const ours = new RegExp(`(^|["(])hubspoke (${reaching})(?![\\w-])(?! --kubeconfig )`, 'g')
const anyOfOurs =
  /(^|["(])hubspoke (?=(?:apply|cache|check|find|foreach|rbac|restart|runs|sandbox|scale|set-image|status|undo)(?![\w-]))/g
const kubectl = /(^|["(])kubectl (?!--kubeconfig )(?=[a-z-])/g
const toThisPod = / --context in-cluster(?= |$|["(])/g

/**
 * A text with its commands adapted to this invocation, so that they reach the same clusters. A command that contains its
 * kubeconfig already is unchanged, so applying this twice is the same as applying it once.
 */
export function placed(text: string, {program, kubeconfig, isInCluster = false}: CommandPlace): string {
  const reached = isInCluster ? text.replace(toThisPod, '') : text
  const flag = kubeconfig === undefined ? '' : `--kubeconfig ${shellWord(kubeconfig)} `
  return reached
    .replace(kubectl, (_, before: string) => `${before}kubectl ${flag}`)
    .replace(ours, (_, before: string, command: string) => `${before}hubspoke ${command} ${flag}`.trimEnd())
    .replace(anyOfOurs, (_, before: string) => `${before}${program} `)
}

/** A document with its commands adapted: suggestions, includes of excluded targets, and the verdict. */
export function withCommandsPlaced<Value>(value: Value, place: CommandPlace): Value {
  return mapTexts(value, undefined, (text) => placed(text, place)) as Value
}

const textsWithCommands: readonly (string | undefined)[] = ['suggestions', 'include', 'sentence']

function mapTexts(value: unknown, key: string | undefined, map: (text: string) => string): unknown {
  if (typeof value === 'string') return textsWithCommands.includes(key) ? map(value) : value
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, key, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapTexts(each, name, map)]))
}
