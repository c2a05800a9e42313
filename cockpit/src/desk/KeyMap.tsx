/* All keys of the desk, over the page. */

import { useEffect, useRef } from 'react';
import { type Key, useWords } from '../words/words';
import { overlay } from './chosen';

const KEYS: [string, Key][] = [
  ['Enter', 'key.enter'],
  ['J K', 'key.jk'],
  ['G', 'key.g'],
  ['A', 'key.a'],
  ['Z', 'key.z'],
  ['C', 'key.c'],
  ['H', 'key.h'],
  ['U', 'key.u'],
  ['B', 'key.b'],
  ['L', 'key.l'],
  ['P', 'key.p'],
  ['S', 'key.s'],
  ['D', 'key.d'],
  ['N', 'key.n'],
  ['1–9', 'key.19'],
  ['T E M', 'key.tem'],
  ['F', 'key.f'],
  ['V', 'key.v'],
  ['/', 'key.find'],
  ['R', 'key.r'],
  ['Esc', 'key.esc'],
  ['?', 'key.all'],
];

export function KeyMap(): React.JSX.Element {
  const { t } = useWords();
  const ref = useRef<HTMLElement>(null);
  useEffect(() => ref.current?.focus(), []);
  return (
    <div className="overlay" onClick={() => overlay.set('')}>
      <section className="keymap" role="dialog" aria-label={t('keys.all')} tabIndex={-1} ref={ref}>
        <h2>{t('keys.all')}</h2>
        <dl>
          {KEYS.map(([key, does]) => (
            <div key={key}>
              <dt>
                {key.split(' ').map((one) => (
                  <kbd key={one}>{one}</kbd>
                ))}
              </dt>
              <dd>{t(does)}</dd>
            </div>
          ))}
        </dl>
        <p className="q">{t('keys.rule')}</p>
      </section>
    </div>
  );
}
