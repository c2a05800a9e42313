/* How large the wall is drawn: as look/wall.css does, all of 1920 × 1080 fills a larger screen. */

import { useSyncExternalStore } from 'react';

const W = 1920;
const H = 1080;

function scale(): number {
  const { innerWidth: w, innerHeight: h } = window;
  return w > W && h > H ? Math.min(w / W, h / H) : 1;
}

const watch = (tell: () => void): (() => void) => {
  window.addEventListener('resize', tell);
  return () => window.removeEventListener('resize', tell);
};

export const useScale = (): number => useSyncExternalStore(watch, scale);
