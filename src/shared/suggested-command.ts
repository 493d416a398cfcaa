import {shellWord} from './shell-word.ts'

/** Where the contexts of this invocation come from, as far as a command that is typed next has to say it. */
export interface CommandPlace {
  /** What starts this program: `hubspoke`, or what npm needs in a clone. */
  readonly program: string
  /**
   * The kubeconfig that `--kubeconfig`, our environment variable or our config file named: kubectl knows nothing of the two.
   * Absent: kubectl finds the same file by itself.
   */
  readonly kubeconfig?: string
  /** The one context is the service account of this pod: no kubeconfig has it. */
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

/** The same of a context that is a word of a shell already, and of words that need no quotes. */
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

/** Our commands that reach clusters, and so take `--kubeconfig`. */
const reaching = 'runs retry|cache refresh|cache show|cache watch|restart|find|check'

/** At the beginning of a suggestion, or where a sentence names a command. */
const ours = new RegExp(`(^|["(])hubspoke (${reaching})(?![\\w-])(?! --kubeconfig )`, 'g')
const anyOfOurs = /(^|["(])hubspoke (?=(?:cache|check|find|rbac|restart|runs|sandbox)(?![\w-]))/g
const kubectl = /(^|["(])kubectl (?!--kubeconfig )(?=[a-z-])/g
const toThisPod = / --context in-cluster(?= |$|["(])/g

/**
 * The commands in a text as they have to be typed where this invocation was made: they reach the same clusters. A command
 * that says its kubeconfig already stays as it is, so doing this twice is doing it once.
 */
export function placed(text: string, {program, kubeconfig, isInCluster = false}: CommandPlace): string {
  const reached = isInCluster ? text.replace(toThisPod, '') : text
  const flag = kubeconfig === undefined ? '' : `--kubeconfig ${shellWord(kubeconfig)} `
  return reached
    .replace(kubectl, (_, before: string) => `${before}kubectl ${flag}`)
    .replace(ours, (_, before: string, command: string) => `${before}hubspoke ${command} ${flag}`.trimEnd())
    .replace(anyOfOurs, (_, before: string) => `${before}${program} `)
}

/** A document with every command in it placed: what is suggested, what includes what was excluded, and the verdict. */
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
