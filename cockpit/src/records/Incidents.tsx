/* The incidents of one place, open ones first, then page by page into the past. */

import { incident_hash } from '../desk/route';
import type { IncidentRow } from '../facts/incident';
import { LevelMark } from '../incident/Level';
import { useList } from '../live/list';
import { day, hm } from '../words/format';
import { useWords } from '../words/words';

export function Incidents({ place }: { place: string }): React.JSX.Element {
  const { t, lang, word, say } = useWords();
  const list = useList<IncidentRow>('/api/v1/incidents', { place_id: place });
  return (
    <>
      {list.problem && (
        <div className="broken" role="alert">
          <p>{list.problem[lang]}</p>
          <button type="button" onClick={list.again}>
            {t('retry')}
          </button>
        </div>
      )}
      <ul className="lines" aria-busy={list.reading}>
        {list.rows.map((row) => (
          <li key={row.number} className={`F${row.level_peak}`}>
            <LevelMark level={row.level_peak} /> <span className="lvt">F{row.level_peak}</span> <a href={incident_hash(row.number)}>{row.number}</a>
            <span className="q r">
              {day(row.opened_at)} {hm(row.opened_at)}
            </span>
            <p>
              {row.disposition ? word('disposition', row.disposition) : word('state', row.state)}
              {row.cause && ` · ${word('cause', row.cause)}`} <span className="q">{say(row.sentence)}</span>
            </p>
          </li>
        ))}
      </ul>
      {!list.reading && !list.rows.length && !list.problem && <p className="q none">{t('record.no_incidents')}</p>}
      {list.next && (
        <button type="button" className="wide" disabled={list.reading} onClick={list.more}>
          {t('devices.more')}
        </button>
      )}
    </>
  );
}
