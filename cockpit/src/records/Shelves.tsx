/* Shelves, test windows and drills: who, why, from when until when, and whether they hold now. */

import type { ShelfLine } from '../facts/record';
import { useNow } from '../live/now';
import { when } from '../words/format';
import { useWords } from '../words/words';

export function Shelves({ shelves }: { shelves: readonly ShelfLine[] }): React.JSX.Element {
  const { t } = useWords();
  const now = useNow();
  if (!shelves.length) return <p className="q none">{t('record.no_shelves')}</p>;
  return (
    <ul className="lines">
      {shelves.map((one) => (
        <li key={one.id}>
          <b>{t(`record.${one.kind}`)}</b> {holds(one, now) && <span className="tag">{t('record.holds')}</span>}
          <span className="q r">
            {when(one.from_at, now)} – {when(one.ended_at ?? one.until_at, now)}
          </span>
          <p>
            {one.reason} <span className="q">{one.author_name}</span>
          </p>
        </li>
      ))}
    </ul>
  );
}

export const holds = (one: ShelfLine, now: number): boolean => one.ended_at === null && Date.parse(one.until_at) > now;
