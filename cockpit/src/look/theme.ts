/* Light or dark, remembered by this browser. public/theme.js sets it before the first paint. */

import { kept } from '../live/cell';

export type Theme = 'light' | 'dark';

export const theme = kept<Theme>('wanghuo.theme', 'light', ['light', 'dark']);
theme.watch(() => {
  document.documentElement.dataset['theme'] = theme.get();
});
export const switch_theme = (): void => theme.update((old) => (old === 'light' ? 'dark' : 'light'));
