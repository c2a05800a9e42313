/* Incidents of 12 months as bars from 0, what turned out to be a fire filled. */

import type { Month } from '../facts/record';
import { useWords } from '../words/words';

const TALL_PX = 96;

export function Months({ months }: { months: readonly Month[] }): React.JSX.Element {
  const { t } = useWords();
  const most = Math.max(1, ...months.map((one) => one.incidents));
  const sum = months.reduce((total, one) => total + one.incidents, 0);
  const fires = months.reduce((total, one) => total + one.fires, 0);
  return (
    <>
      <p>{t('record.months', { incidents: sum, fires })}</p>
      <ol className="months" style={{ height: TALL_PX }} aria-label={t('record.months', { incidents: sum, fires })}>
        {months.map((one) => (
          <li key={one.month}>
            <span className="month-bar" title={t('record.month', { month: one.month, incidents: one.incidents, fires: one.fires })}>
              <i style={{ height: `${(100 * one.incidents) / most}%` }}>
                <b style={{ height: `${one.incidents ? (100 * one.fires) / one.incidents : 0}%` }} />
              </i>
            </span>
            <span className="spoken">{t('record.month', { month: one.month, incidents: one.incidents, fires: one.fires })}</span>
            <span className="tick-label" aria-hidden="true">
              {one.month.slice(5)}
            </span>
          </li>
        ))}
      </ol>
      <p className="q">{t('record.scale', { most })}</p>
    </>
  );
}
