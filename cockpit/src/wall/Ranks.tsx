/* Towns by covered places, operators by devices online: points on an axis that ends at 100 %. */

import { records_hash } from '../desk/route';
import type { OperatorOnline, TownOnline, Wall } from '../facts/wall';
import { count, hms } from '../words/format';
import { useWords } from '../words/words';

const percent = (share: number | null): string => (share === null ? '—' : (100 * share).toFixed(1));

export function Towns({ towns }: { towns: readonly TownOnline[] }): React.JSX.Element {
  const { t } = useWords();
  const from = axis_from(towns.flatMap((town) => [town.covered_share, town.online_share]));
  return (
    <section className="ranks" aria-labelledby="wall-towns">
      <div className="sec">
        <h2 id="wall-towns">{t('wall.towns')}</h2>
        <span className="r">
          <Key solid={t('wall.towns.key')} hollow={t('wall.towns.key_devices')} from={from} />
        </span>
      </div>
      {!towns.length && <p className="q">{t('wall.none_registered')}</p>}
      <ol>
        {towns.map((town) => (
          <li key={town.code} data-town={town.code}>
            <a href={records_hash('history', { town: town.code, counted: true })}>{town.name}</a>
            <Points solid={town.covered_share} hollow={town.online_share} from={from} />
            <a href={records_hash('places', { town: town.code, covered: false })} title={`${count(town.covered)} / ${count(town.places)}`}>
              {percent(town.covered_share)}
            </a>
            <a href={records_hash('devices', { town: town.code, online: false })} title={`${count(town.online)} / ${count(town.devices)}`}>
              {percent(town.online_share)}
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function Operators({ operators, at }: { operators: readonly OperatorOnline[]; at: string }): React.JSX.Element {
  const { t } = useWords();
  const from = axis_from(operators.flatMap((one) => [one.online_share, one.devices ? one.heard / one.devices : null]));
  return (
    <section className="ranks" aria-labelledby="wall-operators">
      <div className="sec">
        <h2 id="wall-operators" title={t('wall.slow', { time: hms(at) })}>
          {t('wall.operators')}
        </h2>
        <span className="r">
          <Key solid={t('wall.operators.key')} hollow={t('wall.operators.key_heard')} from={from} />
        </span>
      </div>
      {!operators.length && <p className="q">{t('wall.none_registered')}</p>}
      <ol>
        {operators.map((one) => {
          const heard = one.devices ? one.heard / one.devices : null;
          return (
            <li key={one.id} data-operator={one.id}>
              <a href={records_hash('devices', { operator: one.id })} title={one.name}>
                {one.name}
              </a>
              <Points solid={one.online_share} hollow={heard} from={from} />
              <a href={records_hash('devices', { operator: one.id, online: false })} title={`${count(one.online)} / ${count(one.devices)}`}>
                {percent(one.online_share)}
              </a>
              <a href={records_hash('devices', { operator: one.id })} title={`${count(one.heard)} / ${count(one.devices)}`}>
                {percent(heard)}
              </a>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Where an axis of points begins: at half if every share lies above, else at nothing. */
function axis_from(shares: (number | null)[]): number {
  const known = shares.filter((share) => share !== null);
  return known.length && known.every((share) => share >= 0.5) ? 0.5 : 0;
}

function Key({ solid, hollow, from }: { solid: string; hollow: string; from: number }): React.JSX.Element {
  const { t } = useWords();
  return (
    <>
      <span>
        <i className="dot" /> {solid}
      </span>
      <span>
        <i className="ring" /> {hollow}
      </span>
      <span>{t('wall.axis', { n: 100 * from })}</span>
    </>
  );
}

interface PointsProps {
  solid: number | null;
  hollow: number | null;
  from: number;
}

function Points({ solid, hollow, from }: PointsProps): React.JSX.Element {
  const at = (share: number): number => (100 * (share - from)) / (1 - from);
  const [a, b] = [at(solid ?? hollow ?? from), at(hollow ?? solid ?? from)];
  return (
    <span className="points" aria-hidden="true">
      <span className="between" style={{ left: `${Math.min(a, b)}%`, width: `${Math.abs(a - b)}%` }} />
      {hollow !== null && <i className="ring" style={{ left: `${at(hollow)}%` }} />}
      {solid !== null && <i className="dot" style={{ left: `${at(solid)}%` }} />}
    </span>
  );
}

export function Sensing({ devices }: { devices: Wall['devices'] }): React.JSX.Element {
  const { t } = useWords();
  const share = (part: number, whole: number): string => (whole ? `${((100 * part) / whole).toFixed(1)} %` : '—');
  return (
    <section className="sensing" aria-labelledby="wall-sensing">
      <div className="sec">
        <h2 id="wall-sensing">{t('wall.sensing')}</h2>
      </div>
      <dl>
        <dt>{t('wall.sensing.places')}</dt>
        <dd>
          <a href={records_hash('places', {})}>{count(devices.places)}</a>
          <span className="u">{t('wall.unit.places')}</span>
        </dd>
        <dt>{t('wall.sensing.covered')}</dt>
        <dd>
          <a href={records_hash('places', { covered: false })}>{share(devices.covered, devices.places)}</a>
        </dd>
        <dt>{t('wall.sensing.devices')}</dt>
        <dd>
          <a href={records_hash('devices', {})}>{count(devices.devices)}</a>
          <span className="u">{t('wall.unit.devices')}</span>
        </dd>
        <dt>{t('wall.sensing.online')}</dt>
        <dd>
          <a href={records_hash('devices', { online: false })}>{share(devices.online, devices.devices)}</a>
        </dd>
        <dt>{t('wall.sensing.silent')}</dt>
        <dd>
          <a href={records_hash('devices', { online: false })}>{count(devices.devices - devices.heard)}</a>
          <span className="u">{t('wall.unit.devices')}</span>
        </dd>
      </dl>
    </section>
  );
}
