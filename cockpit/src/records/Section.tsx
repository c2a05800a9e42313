/* A part of a page of record: its title, what went wrong, what is there or why nothing is. */

import type { ReactNode } from 'react';
import type { One } from '../live/one';
import { type Key, useWords } from '../words/words';

interface SectionProps {
  title: Key;
  note?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

export function Section({ title, note, wide = false, children }: SectionProps): React.JSX.Element {
  const { t } = useWords();
  return (
    <section className={wide ? 'part whole' : 'part'} aria-label={t(title)}>
      <div className="sec">
        <h2>{t(title)}</h2>
        {note && <span className="r">{note}</span>}
      </div>
      {children}
    </section>
  );
}

/** What was read, or the bars of its size, or why it could not be read. */
export function Loaded<T>({ one, children }: { one: One<T>; children: (value: T) => ReactNode }): React.JSX.Element {
  const { t, lang } = useWords();
  return (
    <>
      {one.problem && (
        <div className="broken" role="alert">
          <p>{one.problem[lang]}</p>
          <button type="button" onClick={one.again}>
            {t('retry')}
          </button>
        </div>
      )}
      {one.value !== null && children(one.value)}
      {one.value === null && !one.problem && (
        <div className="bones" aria-label={t('loading')}>
          <i />
          <i />
        </div>
      )}
    </>
  );
}

/** Pairs of a name and what it is; one without a value is left out. */
export function Facts({ rows }: { rows: [string, ReactNode][] }): React.JSX.Element {
  return (
    <dl className="known">
      {rows
        .filter(([, value]) => value !== '' && value !== null && value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
