/* What a device measures: a quantity and a time are chosen, then drawn with its axis and its table. */

import { useState } from 'react';
import type { Chart, Quantity } from '../facts/record';
import { useOne } from '../live/one';
import { now_ms } from '../live/now';
import { Loaded } from '../records/Section';
import { day, hm } from '../words/format';
import { useWords } from '../words/words';
import { ReadingChart } from './ReadingChart';
import { shown } from './axis';

const HOURS = [24, 168, 720] as const;
const MINUTE_MS = 60_000;

export function Measured({ path, quantities }: { path: string; quantities: readonly Quantity[] }): React.JSX.Element {
  const { t, word } = useWords();
  const [named, set_named] = useState('');
  const [hours, set_hours] = useState<number>(24);
  const [until] = useState(() => Math.ceil(now_ms() / MINUTE_MS) * MINUTE_MS);
  const quantity = quantities.find((one) => (named ? one.quantity === named : one.quantity !== 'battery')) ?? quantities[0];
  const since = until - hours * 60 * MINUTE_MS;
  const asked = new URLSearchParams({ quantity: quantity?.quantity ?? '', since: new Date(since).toISOString(), until: new Date(until).toISOString() });
  const chart = useOne<Chart>(quantity ? `${path}/chart?${asked}` : '');
  if (!quantity) return <p className="q none">{t('device.no_readings')}</p>;
  const name = word('quantity', quantity.quantity);
  return (
    <>
      <p className="chips">
        {quantities.map((one) => (
          <button key={one.quantity} type="button" className="chip" aria-pressed={one === quantity} onClick={() => set_named(one.quantity)}>
            {word('quantity', one.quantity)} {one.value} {one.unit}
          </button>
        ))}
        <span className="r">
          {HOURS.map((one) => (
            <button key={one} type="button" className="chip" aria-pressed={one === hours} onClick={() => set_hours(one)}>
              {t(`device.hours_${one}`)}
            </button>
          ))}
        </span>
      </p>
      <Loaded one={chart}>
        {({ items }) =>
          items.length ? (
            <>
              <ReadingChart points={items} since={since} until={until} name={name} unit={quantity.unit} />
              <details>
                <summary>{t('device.table')}</summary>
                <table className="slim">
                  <thead>
                    <tr>
                      <th>{t('audit.at')}</th>
                      <th className="n">{t('device.lowest')}</th>
                      <th className="n">{t('device.mean')}</th>
                      <th className="n">{t('device.highest')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((one) => (
                      <tr key={one.at}>
                        <td>
                          {day(one.at)} {hm(one.at)}
                        </td>
                        <td className="n">{shown(one.lowest)}</td>
                        <td className="n">{shown(one.mean)}</td>
                        <td className="n">
                          {shown(one.highest)} {quantity.unit}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </details>
            </>
          ) : (
            <p className="q none">{t('device.none_then')}</p>
          )
        }
      </Loaded>
    </>
  );
}
