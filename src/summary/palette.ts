import {styleText} from 'node:util'

/** The meaning of a colour. It only repeats what the text says already. */
export interface Palette {
  failure(text: string): string
  warning(text: string): string
  success(text: string): string
  heading(text: string): string
  quiet(text: string): string
  command(text: string): string
}

type Style = Parameters<typeof styleText>[0]

/** The palette of a terminal, or one that leaves every text as it is. */
export function paletteFor(color: boolean): Palette {
  const paint = (style: Style) => (text: string) =>
    // The caller has checked the stream; styleText would check stdout.
    color && text !== '' ? styleText(style, text, {validateStream: false}) : text
  return {
    failure: paint(['bold', 'red']),
    warning: paint(['bold', 'yellow']),
    success: paint('green'),
    heading: paint('bold'),
    quiet: paint('dim'),
    command: paint('cyan'),
  }
}
