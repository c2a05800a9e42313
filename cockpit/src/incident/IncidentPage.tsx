/* One incident on its own page: beside the map on a desk, one column on a phone. */

import { chosen_incident } from '../desk/chosen';
import { newest } from '../desk/Desk';
import { type View, incident_hash, useWidth } from '../desk/route';
import type { IncidentRow } from '../facts/incident';
import { useCell } from '../live/cell';
import { live } from '../live/house';
import { useWords } from '../words/words';
import { ActionBar } from './ActionBar';
import { type Detail, useDetail } from './detail';
import { Bones, NotRead, Pane } from './Pane';
import { PartyCard } from './PartyCard';
import { Replay } from './Replay';
import { Sheet } from './Sheet';
import { Side } from './Side';
import { useIncidentKeys } from './shortcuts';

export function IncidentPage({ number, view }: { number: string; view: View }): React.JSX.Element {
  const width = useWidth();
  const { rows } = useCell(live);
  const detail = useDetail(number);
  const row = newest(rows.get(number) ?? null, detail) ?? (detail.incident?.number === number ? detail.incident : null);
  useIncidentKeys(row, detail.incident, false);
  if (!row) {
    return <main className="page">{detail.problem ? <NotRead number={number} detail={detail} /> : <Bones />}</main>;
  }
  return (
    <div className={`one ${row.drill ? 'drilling' : ''}`}>
      {width === 'phone' ? <PhoneIncident row={row} detail={detail} view={view} /> : <DeskIncident row={row} detail={detail} view={view} />}
      <ActionBar row={row} incident={detail.incident} narrow={width === 'phone'} />
    </div>
  );
}

interface Shown {
  row: IncidentRow;
  detail: Detail;
  view: View;
}

function DeskIncident({ row, detail, view }: Shown): React.JSX.Element {
  const { t } = useWords();
  const replayed = view === 'replay' ? detail.incident : null;
  return (
    <>
      <main className="mid" aria-label={t('page.incident')}>
        <a className="back" href="#/" onClick={() => chosen_incident.set(row.number)}>
          ← {t('page.desk')}
        </a>
        {replayed ? <Replay incident={replayed} /> : <Pane row={row} detail={detail} />}
        <Sheet row={row} incident={detail.incident} />
        {detail.incident && <PartyCard incident={detail.incident} />}
      </main>
      {detail.incident ? <Side incident={detail.incident} map={!replayed} /> : <aside className="right" />}
    </>
  );
}

function PhoneIncident({ row, detail, view }: Shown): React.JSX.Element {
  const { t } = useWords();
  const map = view === 'map';
  return (
    <>
      <nav className="views" aria-label={t('pages')}>
        <a href="#/">← {t('queue.short')}</a>
        <a href={incident_hash(row.number)} aria-current={view === 'incident' ? 'page' : undefined}>
          {t('page.incident')}
        </a>
        <a href={incident_hash(row.number, 'map')} aria-current={map ? 'page' : undefined}>
          {t('page.map')}
        </a>
        <a href={incident_hash(row.number, 'replay')} aria-current={view === 'replay' ? 'page' : undefined}>
          {t('replay.title')}
        </a>
      </nav>
      <main className={map ? 'mid mapped' : 'mid'} aria-label={t('page.incident')}>
        {map && detail.incident ? (
          <Side incident={detail.incident} />
        ) : view === 'replay' && detail.incident ? (
          <Replay incident={detail.incident} />
        ) : (
          <Pane row={row} detail={detail} />
        )}
        {view === 'incident' && detail.incident && <Side incident={detail.incident} map={false} />}
        <Sheet row={row} incident={detail.incident} />
        {detail.incident && <PartyCard incident={detail.incident} />}
      </main>
    </>
  );
}
