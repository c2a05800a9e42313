/* What happened, newest first. */

import type { Incident } from '../facts/incident';
import { useNow } from '../live/now';
import { hms, when } from '../words/format';
import { useWords } from '../words/words';
import { Levelled } from './Level';

export function Timeline({ incident }: { incident: Incident }): React.JSX.Element {
  const { t, say } = useWords();
  const now = useNow();
  const lines = [...incident.timeline].sort((a, b) => b.line - a.line);
  return (
    <section className="tl" aria-labelledby="timeline-title">
      <div className="sec">
        <h2 id="timeline-title">{t('timeline.title')}</h2>
        <span>{t('timeline.order')}</span>
      </div>
      {incident.timeline_broken_at !== null && <p className="broken">{t('timeline.broken', { line: incident.timeline_broken_at })}</p>}
      <ol tabIndex={0} id="timeline" aria-label={t('timeline.title')}>
        {lines.map((line) => (
          <li key={line.line}>
            <time dateTime={line.at} title={when(line.at, now)}>
              {hms(line.at)}
            </time>
            <p title={[say(line.sentence), line.who].filter(Boolean).join(' · ')}>
              <Levelled text={say(line.sentence)} />
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
