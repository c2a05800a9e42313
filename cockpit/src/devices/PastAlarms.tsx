/* What a device reported that a person had to look at, newest first, each with what it came to. */

import { incident_hash } from '../desk/route';
import type { PastAlarm } from '../facts/record';
import { LevelMark } from '../incident/Level';
import { useNow } from '../live/now';
import { when } from '../words/format';
import { useWords } from '../words/words';

export function PastAlarms({ alarms }: { alarms: readonly PastAlarm[] }): React.JSX.Element {
  const { t, word } = useWords();
  const now = useNow();
  if (!alarms.length) return <p className="q none">{t('device.no_alarms')}</p>;
  return (
    <ul className="lines">
      {alarms.map((one) => (
        <li key={`${one.first_at}${one.type}`} className={one.level_peak === null ? '' : `F${one.level_peak}`}>
          {one.level_peak !== null && (
            <>
              <LevelMark level={one.level_peak as 0 | 1 | 2 | 3 | 4} /> <a href={incident_hash(one.number)}>{one.number}</a>
            </>
          )}
          {one.level_peak === null && <b>{t('device.held_back')}</b>}
          <span className="q r">{when(one.first_at, now)}</span>
          <p>
            {one.disposition ? word('disposition', one.disposition) : word('alarm_state', one.state)}
            {one.cause && ` · ${word('cause', one.cause)}`}
            <span className="q"> {[one.repeats ? t('device.repeats', { count: one.repeats }) : '', one.text].filter(Boolean).join(' · ')}</span>
          </p>
        </li>
      ))}
    </ul>
  );
}
