import {Flags} from '@oclif/core'
import {durationFlag, pauseFlag, wavesFlag} from './flag-types.ts'

/** Flags of every verb that writes: which targets start when. */
export const waveFlags = {
  waves: wavesFlag({
    summary: 'Start wave by wave: how much of the plan has been started with each, in targets or percent.',
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
    summary: 'After each wave, watch the health of what was changed for so long, or ask whether to go on.',
    env: 'HUBSPOKE_PAUSE',
    helpGroup: 'WAVES',
  }),
  stagger: durationFlag({
    summary: 'Time between the starts of two targets that pull from one registry.',
    env: 'HUBSPOKE_STAGGER',
    helpGroup: 'WAVES',
  }),
  'stagger-by': Flags.option({
    summary: 'What --stagger keeps apart: targets of one registry, or of one namespace.',
    options: ['registry', 'namespace'] as const,
    default: 'registry',
    env: 'HUBSPOKE_STAGGER_BY',
    helpGroup: 'WAVES',
  })(),
}
