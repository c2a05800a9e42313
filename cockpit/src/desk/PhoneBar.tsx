/* The phone's bottom bar outside an incident: the next incident first, then the views. */

import { LevelMark } from '../incident/Level';
import { useCell } from '../live/cell';
import { live } from '../live/house';
import { useWords } from '../words/words';
import { ordered } from './order';
import { PAGES, incident_hash, tab_of } from './route';

export function PhoneBar({ page }: { page: string }): React.JSX.Element {
  const { t } = useWords();
  const rows = ordered(useCell(live).rows.values());
  const first = rows.find((row) => !row.desk_acknowledged_at) ?? rows[0];
  return (
    <footer className="phonebar">
      {first && page === 'desk' && (
        <a className="go" href={incident_hash(first.number)}>
          <span className={`F${first.level}`}>
            <LevelMark level={first.level} />
          </span>
          <span>{t('phone.open', { place: first.place.name })}</span>
        </a>
      )}
      <nav aria-label={t('pages')}>
        {PAGES.map((name) => (
          <a key={name} href={name === 'desk' ? '#/' : `#/${name}`} aria-current={tab_of(page) === name ? 'page' : undefined}>
            {t(`page.${name}`)}
          </a>
        ))}
      </nav>
    </footer>
  );
}
