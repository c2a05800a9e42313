/* The duty desk: queue, one incident, the map around it; worked by keyboard. */

import { useDeferredValue, useEffect, useMemo, useState } from 'react';
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
import { useNow } from '../live/now';
import { useWords } from '../words/words';
import { entries, grouping, in_sight, is_flood, opened, type Entry } from './flood';
import { LoadStrip } from './LoadStrip';
import { Offered } from './Offered';
import { Queue, useQueue } from './Queue';
import type { Queued } from './order';
import { chosen_incident, map_tab } from './chosen';
import { useKeys } from './keys';
import { beside, newest_confirmed } from './order';
import { go, incident_hash, useWidth } from './route';
import { switch_sounds } from './sound';

export function Desk(): React.JSX.Element {
  const { t } = useWords();
  const width = useWidth();
  const queue = useQueue();
  const { shown: entries_shown, grouped, group } = useGrouping(queue);
  const reach = in_sight(entries_shown);
  const chosen = useCell(chosen_incident);
  const tab = useCell(map_tab);
  const { rows } = useCell(live);
  const row = useKeptRow(chosen ? (rows.get(chosen) ?? null) : null, chosen);
  const detail = useDetail(width === 'phone' ? null : (row?.number ?? null));
  const late = useDeferredValue(detail); // lanes, ledger and map follow when nothing more urgent waits
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
    j: () => choose(beside(reach, chosen, 1)),
    k: () => choose(beside(reach, chosen, -1)),
    g: () => choose(newest_confirmed(queue)),
    f: () => group(!grouped),
    v: switch_sounds,
  });
  useIncidentKeys(shown, detail.incident, width === 'desk');

  return (
    <div className={`desk ${shown?.drill ? 'drilling' : ''}`}>
      <aside className="left">
        <Offered />
        <Queue queue={queue} shown={entries_shown} grouped={grouped} group={group} chosen={chosen} choose={choose} />
        <LoadStrip />
      </aside>
      {width !== 'phone' && (
        <main className="mid" aria-label={t('page.incident')}>
          {shown ? (
            width === 'desk' && tab && late.incident ? (
              <Side incident={late.incident} />
            ) : (
              <Pane row={shown} detail={late} />
            )
          ) : (
            <Nothing />
          )}
          {shown && <Sheet row={shown} incident={detail.incident} />}
          {shown && detail.incident && <PartyCard incident={detail.incident} />}
        </main>
      )}
      {width === 'wide' && (late.incident && shown ? <Side incident={late.incident} /> : <aside className="right" />)}
      {width !== 'phone' && shown && <ActionBar row={shown} incident={detail.incident} narrow={false} />}
    </div>
  );
}

/** Grouped while a flood lasts, unless the person says otherwise; what they said holds until it begins or ends. */
function useGrouping(queue: Queued[]): { shown: Entry[]; grouped: boolean; group: (on: boolean) => void } {
  const now = useNow();
  const flood = useMemo(() => is_flood(queue, now), [queue, now]);
  const said = useCell(grouping);
  const open = useCell(opened);
  useEffect(() => grouping.set(null), [flood]);
  const grouped = said ?? flood;
  const shown = useMemo(() => entries(queue, grouped, open), [queue, grouped, open]);
  return { shown, grouped, group: grouping.set };
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
