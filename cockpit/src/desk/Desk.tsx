/* The duty desk: queue, one incident, the map around it; worked by keyboard. */

import { useEffect, useState } from 'react';
import type { IncidentRow } from '../facts/incident';
import { ActionBar } from '../incident/ActionBar';
import { type Detail, useDetail } from '../incident/detail';
import { Pane } from '../incident/Pane';
import { PartyCard } from '../incident/PartyCard';
import { Sheet } from '../incident/Sheet';
import { Side } from '../incident/Side';
import { useIncidentKeys } from '../incident/shortcuts';
import { useCell } from '../live/cell';
import { live } from '../live/house';
import { useWords } from '../words/words';
import { LoadStrip } from './LoadStrip';
import { Queue, useQueue } from './Queue';
import { chosen_incident, map_tab } from './chosen';
import { useKeys } from './keys';
import { beside, newest_confirmed } from './order';
import { go, incident_hash, useWidth } from './route';

export function Desk(): React.JSX.Element {
  const { t } = useWords();
  const width = useWidth();
  const queue = useQueue();
  const chosen = useCell(chosen_incident);
  const tab = useCell(map_tab);
  const { rows } = useCell(live);
  const row = useKeptRow(chosen ? (rows.get(chosen) ?? null) : null, chosen);
  const detail = useDetail(width === 'phone' ? null : (row?.number ?? null));
  const shown = newest(row, detail);
  const first = queue.find((one) => !one.gone)?.row.number ?? null;

  // Nothing chosen, or only a closed one in sight: the first fire of the queue takes the middle.
  const idle = !chosen || (row !== null && (shown?.state === 'closed' || !rows.has(row.number)));
  useEffect(() => {
    if (idle && first && first !== chosen && width !== 'phone') chosen_incident.set(first);
  }, [idle, chosen, first, width]);

  const choose = (number: string | null): void => {
    if (!number) return;
    chosen_incident.set(number);
    if (width === 'phone') go(incident_hash(number));
  };
  useKeys({
    j: () => choose(beside(queue, chosen, 1)),
    k: () => choose(beside(queue, chosen, -1)),
    g: () => choose(newest_confirmed(queue)),
  });
  useIncidentKeys(shown, detail.incident, width === 'desk');

  return (
    <div className={`desk ${shown?.drill ? 'drilling' : ''}`}>
      <aside className="left">
        <Queue queue={queue} chosen={chosen} choose={choose} />
        <LoadStrip />
      </aside>
      {width !== 'phone' && (
        <main className="mid" aria-label={t('page.incident')}>
          {shown ? (
            width === 'desk' && tab && detail.incident ? (
              <Side incident={detail.incident} />
            ) : (
              <Pane row={shown} detail={detail} />
            )
          ) : (
            <Nothing />
          )}
          {shown && <Sheet row={shown} incident={detail.incident} />}
          {shown && detail.incident && <PartyCard incident={detail.incident} />}
        </main>
      )}
      {width === 'wide' && (detail.incident && shown ? <Side incident={detail.incident} /> : <aside className="right" />)}
      {width !== 'phone' && shown && <ActionBar row={shown} incident={detail.incident} narrow={false} />}
    </div>
  );
}

/** A chosen incident that closes stays in the middle until another needs it. */
function useKeptRow(row: IncidentRow | null, chosen: string | null): IncidentRow | null {
  const [kept, set_kept] = useState<IncidentRow | null>(null);
  useEffect(() => {
    if (row) set_kept(row);
  }, [row]);
  return row ?? (kept?.number === chosen ? kept : null);
}

/** The queue's row or the record, whichever knows more. */
export function newest(row: IncidentRow | null, detail: Detail): IncidentRow | null {
  const read = detail.incident;
  if (!row || !read || read.number !== row.number) return row;
  return read.last_at >= row.last_at || read.state === 'closed' ? read : row;
}

function Nothing(): React.JSX.Element | null {
  const { t } = useWords();
  const { loaded } = useCell(live);
  return loaded ? <p className="nothing">{t('queue.empty')}</p> : null;
}
