/* The middle of the desk: one incident, head to timeline. */

import type { IncidentRow } from '../facts/incident';
import { useCell } from '../live/cell';
import { reachable } from '../live/api';
import { useWords } from '../words/words';
import { type Detail, read_detail } from './detail';
import { Head } from './Head';
import { Lanes } from './Lanes';
import { LedgerView } from './LedgerView';
import { Timeline } from './Timeline';

/** row: what the queue knows already, so that the head stands at once. */
export function Pane({ row, detail }: { row: IncidentRow; detail: Detail }): React.JSX.Element {
  const incident = detail.incident?.number === row.number ? detail.incident : null;
  const newest = incident && incident.last_at >= row.last_at ? incident : row;
  return (
    <>
      <Head row={newest} />
      {incident ? (
        <>
          <Lanes incident={incident} />
          <div className="why">
            <LedgerView incident={incident} />
            <Timeline incident={incident} />
          </div>
        </>
      ) : detail.problem ? (
        <NotRead number={row.number} detail={detail} />
      ) : (
        <Bones />
      )}
    </>
  );
}

/** What stands where the incident will be: bars of its final size, shown after 200 ms. */
export function Bones(): React.JSX.Element {
  const { t } = useWords();
  return (
    <div className="bones" aria-label={t('loading')}>
      {[38, 34, 34, 34, 34, 34].map((height, i) => (
        // rows of a skeleton have no identity but their place
        <i key={`${height}-${i}`} style={{ height }} />
      ))}
    </div>
  );
}

export function NotRead({ number, detail }: { number: string; detail: Detail }): React.JSX.Element {
  const { t, lang } = useWords();
  useCell(reachable);
  return (
    <div className="broken" role="alert">
      <p>
        {t('error.incident')} {detail.problem?.[lang]}
      </p>
      <button type="button" onClick={() => void read_detail(number)}>
        {t('retry')} <kbd>R</kbd>
      </button>
    </div>
  );
}
