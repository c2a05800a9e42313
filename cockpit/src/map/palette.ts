/* The map's colours out of the tokens of the present theme, as words for the raster. */

import { rgba } from './raster';

export interface Palette {
  css: (name: string) => string;
  ground: number;
  land: number;
  edge: number;
  dot: number;
  dot_strong: number;
  ring: number;
  level: (level: number) => string;
}

/** Read the tokens from the page; call again when the theme changes. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const css = (name: string): string => style.getPropertyValue(name).trim();
  const word = (name: string): number => parse(css(name));
  return {
    css,
    ground: word('--bg'),
    land: word('--map-land'),
    edge: word('--line-2'),
    dot: word('--mark'),
    dot_strong: word('--ink-2'),
    ring: word('--ink-3'),
    level: (level) => css(`--f${level}`),
  };
}

function parse(hex: string): number {
  const n = Number.parseInt(hex.replace('#', ''), 16);
  return rgba((n >> 16) & 255, (n >> 8) & 255, n & 255);
}
