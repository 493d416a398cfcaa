import type {Agreement} from '../../hub/contract.ts'
import type {ContextRef} from '../../model/cluster.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {AdditionalConfirmation, ProtectedCluster} from '../../model/plan-view.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Terminal} from '../process/terminal.ts'
import {confirmProtected, requireConfirmed} from '../protection/confirm-protected.ts'
import {askReason} from './reason.ts'

export interface ConsentRequest {
  /** `Restart 9 workloads in 3 clusters?` */
  readonly question: string
  readonly protectedClusters: readonly ProtectedCluster[]
  /** Every context of the kubeconfig: a name may be typed by an end that only it has. */
  readonly all: readonly ContextRef[]
  /** `--yes` on the command line. */
  readonly yes: boolean
  /** `--confirm NAME`, as often as it was given. */
  readonly confirmed: readonly string[]
  /** Why, where that was said already. */
  readonly reason: string | undefined
  /** What else must be confirmed and was not confirmed in advance; undefined: nothing. */
  readonly confirmation: AdditionalConfirmation | undefined
}

/**
 * Asks for consent; the default is No. `--yes` covers what is not protected; a protected cluster requires its name, typed or
 * given with `--confirm`, and a reason. Neither covers an additional confirmation of the verb. `HUBSPOKE_YES` counts only
 * without a terminal.
 *
 * @throws HubspokeError of class `usage` where consent is missing and there is no terminal
 */
export async function askConsent(
  {question, protectedClusters, all, yes, confirmed, reason, confirmation}: ConsentRequest,
  runtime: Pick<Runtime, 'terminal' | 'env' | 'stderr'>,
  signal: AbortSignal,
): Promise<Agreement> {
  const lacksReason = protectedClusters.length > 0 && reason === undefined
  const {terminal} = runtime
  if (!terminal) {
    requireConsentWithoutTerminal(isSaid(yes, runtime))
    requireConfirmed(protectedClusters, confirmed)
    if (confirmation !== undefined) throw withoutConfirmation(confirmation)
    if (lacksReason) throw withoutReason()
    return {agreed: true, consent: yes ? '--yes' : 'HUBSPOKE_YES'}
  }
  const typed = await confirmProtected(protectedClusters, confirmed, {terminal, signal, all})
  if (!typed.agreed) return typed
  const why = lacksReason ? await askReason(terminal, signal) : reason
  if (lacksReason && why === undefined) return {agreed: false}
  if (confirmation !== undefined && !(await isConfirmed(confirmation, terminal, signal))) return {agreed: false}
  if (yes) return {agreed: true, reason: why, consent: '--yes'}
  const answer = await terminal.ask(`${question} [y/N] `, signal)
  return {agreed: isYes(answer), reason: why, consent: 'prompt'}
}

/** What is still to be confirmed, beside the plan; undefined: nothing, or it was confirmed in advance. */
export function openConfirmation(
  confirmation: AdditionalConfirmation | undefined,
  given: readonly string[],
): AdditionalConfirmation | undefined {
  return confirmation === undefined || given.includes(confirmation.flag) ? undefined : confirmation
}

async function isConfirmed(
  {sentence, answer}: AdditionalConfirmation,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const typed = await terminal.ask(`${sentence} Type "${answer}" to confirm: `, signal)
  return typed?.trim() === answer
}

/** Whatever is not a plain yes is a No. */
export function isYes(answer: string | undefined): boolean {
  return /^y(es)?$/i.test(answer?.trim() ?? '')
}

/**
 * Is consent possible at all? Told before a cluster is reached, so that a cron job fails at once and not after discovery.
 *
 * @param confirmation what else must be confirmed and was not confirmed in advance
 * @throws HubspokeError of class `usage` without a terminal and without `--yes`, or without the flag of that confirmation
 */
export function requireTerminalOrYes(
  {yes, confirmation}: {readonly yes: boolean; readonly confirmation: AdditionalConfirmation | undefined},
  runtime: Pick<Runtime, 'terminal' | 'env'>,
): void {
  if (runtime.terminal) return
  requireConsentWithoutTerminal(isSaid(yes, runtime))
  if (confirmation !== undefined) throw withoutConfirmation(confirmation)
}

/** Was consent given beforehand? On a terminal the command line alone gives it. */
export function isSaid(yes: boolean, {env, terminal}: Pick<Runtime, 'env' | 'terminal'>): boolean {
  return yes || (terminal === undefined && isOn(env.HUBSPOKE_YES))
}

/**
 * What the plan says of where its consent comes from; undefined: it will be asked for.
 *
 * @param confirmed the protected contexts of the plan that `--confirm` names
 */
export function consentSentence(
  {yes, confirmed: names}: {readonly yes: boolean; readonly confirmed: readonly string[]},
  {env, terminal}: Pick<Runtime, 'env' | 'terminal'>,
): string | undefined {
  const confirmed = names.length === 0 ? '' : ` Confirmed by --confirm: ${names.join(', ')}.`
  if (yes) return `Consent: --yes on the command line.${confirmed}`
  if (!isOn(env.HUBSPOKE_YES)) return confirmed === '' ? undefined : confirmed.trim()
  return terminal === undefined
    ? `Consent: HUBSPOKE_YES in the environment; there is no terminal to ask on.${confirmed}`
    : `HUBSPOKE_YES does not count on a terminal.${confirmed}`
}

function requireConsentWithoutTerminal(yes: boolean): void {
  if (yes) return
  throw new HubspokeError('usage', 'There is no terminal to ask on, and --yes was not given. Nothing was written.', {
    suggestions: ['--yes  to skip the confirmation', '--dry-run client  to see the plan'],
  })
}

function withoutConfirmation({sentence, flag}: AdditionalConfirmation): HubspokeError {
  const message = `${sentence} It needs a confirmation of its own (${flag}), which --yes does not cover. Nothing was written.`
  return new HubspokeError('usage', message, {suggestions: [flag, '--dry-run client  to see the plan']})
}

function withoutReason(): HubspokeError {
  return new HubspokeError(
    'usage',
    'A reason is required for protected clusters, and none was given. Nothing was written.',
    {
      suggestions: ['--reason TEXT'],
    },
  )
}

const isOn = (value = '') => ['1', 'true', 'y', 'yes'].includes(value.toLowerCase())
