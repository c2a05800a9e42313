/* Labels to be printed and stuck on devices: a telephone that scans one opens the device's page. */

import { filters_of } from '../live/list';
import { useOne } from '../live/one';
import { Loaded } from '../records/Section';
import { useWords } from '../words/words';

interface Label {
  id: string;
  kind: string;
  location: string;
  place_name: string;
  url: string;
  picture: string;
}

/** asked: `device=ID`, as often as there are devices, or `place_id=ID`. */
export default function LabelsPage({ asked }: { asked: string }): React.JSX.Element {
  const { t, word } = useWords();
  const labels = useOne<{ items: Label[]; left_out: number }>(`/api/v1/labels?${asked}`);
  const { place_id } = filters_of(asked, ['place_id']);
  return (
    <main className="page labels" aria-label={t('labels.title')}>
      <header className="record-head">
        <div>
          <h1>{t('labels.title')}</h1>
          <p className="q">{t('labels.rule')}</p>
        </div>
        <div className="acts">
          <button type="button" className="go" onClick={() => window.print()}>
            {t('labels.do')}
          </button>
          <a className="button" href={place_id ? `#/places/${encodeURIComponent(place_id)}` : '#/devices'}>
            {t('back')}
          </a>
        </div>
      </header>
      <Loaded one={labels}>
        {({ items, left_out }) => (
          <>
            {left_out > 0 && <p role="status">{t('labels.left_out', { count: left_out })}</p>}
            {!items.length && <p className="q none">{t('place.no_devices')}</p>}
            <ul className="sheet-of-labels">
              {items.map((one) => (
                <li key={one.id}>
                  <img src={one.picture} alt={t('labels.picture', { id: one.id })} width="112" height="112" />
                  <div>
                    <b>{word('sensor', one.kind)}</b>
                    <p>{one.place_name}</p>
                    <p>{one.location}</p>
                    <code>{one.id}</code>
                  </div>
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </main>
  );
}
