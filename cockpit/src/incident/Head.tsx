/* Place first, then one sentence that a stranger understands, and the clock since the first signal. */

import type { Incident, IncidentRow } from '../facts/incident';
import { useNow } from '../live/now';
import { clock, hms, when } from '../words/format';
import { useWords } from '../words/words';
import { place_hash } from '../desk/route';
import { Held } from './Held';
import { LevelMark, Levelled } from './Level';

export function Head({ row }: { row: IncidentRow | Incident }): React.JSX.Element {
  const { t, say, word, lang } = useWords();
  const { place } = row;
  const facts = [
    t('head.number', { number: row.number }),
    lang === 'zh' ? place.category_zh : place.category_en,
    place.town_name,
    place.people > 0 ? t('head.people', { count: place.people }) : '',
  ];
  return (
    <header className="head">
      <div>
        <p className={`lvl F${row.level}`}>
          <LevelMark level={row.level} />
          <span className="lvt">
            F{row.level} {word('level', String(row.level))}
          </span>
          {row.drill && <span className="tag">{t('drill')}</span>}
          {!row.registered && <span className="tag">{t('unregistered')}</span>}
          {row.profile === 'direct' && row.level < 3 && row.state !== 'closed' && (
            <span className="tag">{t('not_confirmed')}</span>
          )}
          <span className="facts" title={row.number}>
            {facts.filter(Boolean).join(' · ')}
          </span>
        </p>
        <h1>{place.id ? <a href={place_hash(place.id)}>{place.name}</a> : place.name}</h1>
        <p className="facts below">{facts.slice(1).filter(Boolean).join(' · ')}</p>
        <p className="say">
          <Levelled text={say(row.sentence)} />
        </p>
        <Held row={row} />
      </div>
      <Since row={row} />
    </header>
  );
}

function Since({ row }: { row: IncidentRow }): React.JSX.Element {
  const now = useNow();
  const { t } = useWords();
  const end = row.closed_at ? Date.parse(row.closed_at) : now;
  return (
    <div className="clk">
      <b>{clock(end - Date.parse(row.opened_at))}</b>
      <span>
        {row.closed_at
          ? t('head.closed_at', { time: when(row.closed_at, now) })
          : t('head.since', { time: hms(row.opened_at) })}
      </span>
    </div>
  );
}
