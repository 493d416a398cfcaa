import {Flags} from '@oclif/core'
import {durationFlag, pauseFlag, wavesFlag} from './flag-types.ts'

/** Flags of every verb that writes: which targets start when. */
export const waveFlags = {
  waves: wavesFlag({
    summary: 'Start in waves. Each entry is a cumulative share of the plan: a number of targets or a percentage.',
    env: 'HUBSPOKE_WAVES',
    helpGroup: 'WAVES',
  }),
  'wave-by': Flags.option({
    summary: 'What --waves counts: targets, or whole clusters.',
    options: ['target', 'cluster'] as const,
    default: 'target',
    env: 'HUBSPOKE_WAVE_BY',
    helpGroup: 'WAVES',
  })(),
  pause: pauseFlag({
    summary: 'After each wave, watch the health of written targets for this time, or ask whether to continue.',
    env: 'HUBSPOKE_PAUSE',
    helpGroup: 'WAVES',
  }),
  stagger: durationFlag({
    summary: 'Minimum time between the starts of two targets that pull from the same registry.',
    env: 'HUBSPOKE_STAGGER',
    helpGroup: 'WAVES',
  }),
  'stagger-by': Flags.option({
    summary: 'What --stagger applies to: targets with the same registry, or in the same namespace.',
    options: ['registry', 'namespace'] as const,
    default: 'registry',
    env: 'HUBSPOKE_STAGGER_BY',
    helpGroup: 'WAVES',
  })(),
}
