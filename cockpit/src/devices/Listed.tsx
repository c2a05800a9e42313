/* What frames a list of records: its filters, its table's bar, what went wrong, the next page, what was picked. */

import type { ReactNode } from 'react';
import { place_hash } from '../desk/route';
import { useCell } from '../live/cell';
import { ground } from '../map/ground';
import { type Key, useWords } from '../words/words';
import type { Shown } from '../live/list';

interface ListedProps {
  title: Key;
  failed: Key;
  none: Key;
  list: Shown<unknown> & { more: () => void; again: () => void };
  filters: ReactNode;
  bar: ReactNode;
  children: ReactNode;
}

export function Listed({ title, failed, none, list, filters, bar, children }: ListedProps): React.JSX.Element {
  const { t, lang } = useWords();
  return (
    <main className="page history devices" aria-label={t(title)}>
      <form className="filters" onSubmit={(event) => event.preventDefault()} role="search">
        <h1>{t(title)}</h1>
        {filters}
        <span className="q">{t('devices.rule')}</span>
      </form>
      {bar}
      {list.problem && (
        <div className="broken" role="alert">
          <p>
            {t(failed)} {list.problem[lang]}
          </p>
          <button type="button" onClick={list.again}>
            {t('retry')}
          </button>
        </div>
      )}
      {children}
      {!list.reading && !list.rows.length && !list.problem && <p className="q none">{t(none)}</p>}
      {list.next && (
        <button type="button" className="wide" disabled={list.reading} onClick={list.more}>
          {t('devices.more')}
        </button>
      )}
    </main>
  );
}

/** A filter with a word for each choice. */
export function Choice({ label, value, choices, change }: { label: string; value: string; choices: [string, string][]; change: (value: string) => void }): React.JSX.Element {
  return (
    <select value={value} aria-label={label} onChange={(event) => change(event.target.value)}>
      {choices.map(([of, text]) => (
        <option key={of} value={of}>
          {text}
        </option>
      ))}
    </select>
  );
}

export function TownChoice({ value, change }: { value: string; change: (value: string) => void }): React.JSX.Element {
  const { t } = useWords();
  const towns = useCell(ground)?.towns ?? [];
  return <Choice label={t('csv.town')} value={value} change={change} choices={[['', t('history.towns')], ...towns.map((town): [string, string] => [town.code, town.name])]} />;
}

/** How many were picked and what can be done with them. */
export function Picked({ count, none, children }: { count: number; none: () => void; children: ReactNode }): React.JSX.Element | null {
  const { t } = useWords();
  if (!count) return null;
  return (
    <div className="picked" role="group" aria-label={t('table.picked', { count })}>
      <b>{t('table.picked', { count })}</b>
      {children}
      <button type="button" className="link" onClick={none}>
        {t('table.pick_none')}
      </button>
    </div>
  );
}

export function PlaceLink({ id, name }: { id: string; name: string }): React.JSX.Element {
  return <a href={place_hash(id)}>{name || id}</a>;
}
