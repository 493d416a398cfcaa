import type {HubEvent} from '../model/event.ts'
import type {WavePlace} from '../model/wave.ts'

export interface WaveView extends WavePlace {
  /** The remaining time of the pause after it; undefined while it runs. */
  readonly pauseMs: number | undefined
  /** The reasons why the next wave waits; usually empty. */
  readonly waitingFor: string
}

type WaveEvent = Extract<HubEvent, {readonly type: 'wave-started' | 'wave-paused' | 'wave-waiting' | 'wave-countdown'}>

function waveAfter(before: WaveView | undefined, event: WaveEvent): WaveView {
  const {wave, of} = event
  if (event.type === 'wave-started') return {wave, of, pauseMs: undefined, waitingFor: ''}
  if (event.type === 'wave-countdown') return before ?? {wave, of, pauseMs: event.leftMs, waitingFor: ''}
  if (event.type === 'wave-paused') return {wave, of, pauseMs: event.ms, waitingFor: before?.waitingFor ?? ''}
  return {wave, of, pauseMs: before?.pauseMs, waitingFor: event.message}
}

/** Keeps the latest wave, and counts its pause down by `now`, in milliseconds. */
export function createWaveTracker(now: () => number) {
  let wave: WaveView | undefined
  let pausedAt = 0
  return {
    follow(event: WaveEvent) {
      wave = waveAfter(wave, event)
      if (event.type === 'wave-paused') pausedAt = now()
    },
    view: () => ({wave: wave && leftOf(wave, now() - pausedAt)}),
  }
}

function leftOf(wave: WaveView, passedMs: number): WaveView {
  return wave.pauseMs === undefined ? wave : {...wave, pauseMs: Math.max(0, wave.pauseMs - passedMs)}
}
