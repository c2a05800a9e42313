/* What frames a list of records: its filters, what went wrong, the next page, the card of a chosen place. */

import type { ReactNode } from 'react';
import { chosen_place } from '../desk/chosen';
import { useCell } from '../live/cell';
import { PlaceCard } from '../map/PlaceCard';
import { ground } from '../map/ground';
import { type Key, useWords } from '../words/words';
import type { Shown } from '../live/list';

interface ListedProps {
  title: Key;
  failed: Key;
  none: Key;
  list: Shown<unknown> & { more: () => void; again: () => void };
  filters: ReactNode;
  children: ReactNode;
}

export function Listed({ title, failed, none, list, filters, children }: ListedProps): React.JSX.Element {
  const { t, lang } = useWords();
  const chosen = useCell(chosen_place);
  return (
    <main className="page history devices" aria-label={t(title)}>
      <form className="filters" onSubmit={(event) => event.preventDefault()} role="search">
        <h1>{t(title)}</h1>
        {filters}
        <span className="q">{t('devices.rule')}</span>
      </form>
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
      <table aria-busy={list.reading}>{children}</table>
      {!list.reading && !list.rows.length && !list.problem && <p className="q none">{t(none)}</p>}
      {list.next && (
        <button type="button" className="wide" disabled={list.reading} onClick={list.more}>
          {t('devices.more')}
        </button>
      )}
      {chosen && <PlaceCard id={chosen.id} />}
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

/** A place's name that opens its card. */
export function PlaceLink({ id, name }: { id: string; name: string }): React.JSX.Element {
  return (
    <button type="button" className="link" onClick={() => chosen_place.set({ id, lon: 0, lat: 0, look: false })}>
      {name || id}
    </button>
  );
}
