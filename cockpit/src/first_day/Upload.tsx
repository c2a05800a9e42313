/* One table of the city: its example, a preview that names every wrong cell, then keeping it. */

import { useRef, useState } from 'react';
import type { Report } from '../facts/first_day';
import { as_problem, ask, Problem } from '../live/api';
import { useWords } from '../words/words';
import { look_again } from './answer';

const DATUMS = ['WGS-84', 'CGCS2000', 'GCJ-02', 'BD-09'] as const;
const ERRORS_SHOWN = 20;

interface UploadProps {
  kind: string;
  title: string;
  placed?: boolean; // the table holds coordinates
}

export function Upload({ kind, title, placed = false }: UploadProps): React.JSX.Element {
  const { t, lang } = useWords();
  const picked = useRef<File | null>(null);
  const [name, set_name] = useState('');
  const [datum, set_datum] = useState<string>('WGS-84');
  const [report, set_report] = useState<Report | null>(null);
  const [problem, set_problem] = useState<Problem | null>(null);
  const [busy, set_busy] = useState(false);
  const send = async (commit: boolean): Promise<void> => {
    if (!picked.current) return;
    set_busy(true);
    set_problem(null);
    const query = new URLSearchParams({ commit: String(commit), datum, file: picked.current.name });
    try {
      set_report(await ask<Report>('POST', `/api/v1/import/${kind}?${query}`, picked.current));
      if (commit) await look_again();
    } catch (error) {
      set_report(null);
      set_problem(as_problem(error));
    } finally {
      set_busy(false);
    }
  };
  const pick = (file: File | undefined): void => {
    picked.current = file ?? null;
    set_name(file?.name ?? '');
    set_report(null);
    if (file) void send(false);
  };
  return (
    <div className="upload" role="group" aria-label={title}>
      <div className="line">
        <b>{title}</b>
        <a href={`/api/v1/import/${kind}/template?format=csv`} download>
          {t('first.example', { form: 'CSV' })}
        </a>
        <a href={`/api/v1/import/${kind}/template?format=xlsx`} download>
          {t('first.example', { form: 'xlsx' })}
        </a>
      </div>
      <div className="line">
        <label className="file">
          {t('first.file')}
          <input type="file" accept=".csv,.xlsx,.json,.geojson" aria-label={t('first.choose', { what: title })} onChange={(event) => pick(event.target.files?.[0])} />
        </label>
        {name && <span className="q">{name}</span>}
        {placed && (
          <select
            value={datum}
            aria-label={t('first.datum')}
            onChange={(event) => {
              set_datum(event.target.value);
              set_report(null);
            }}
          >
            {DATUMS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
        {name && !report && (
          <button type="button" disabled={busy} onClick={() => void send(false)}>
            {t('first.preview')}
          </button>
        )}
        {report && !report.committed && report.new + report.changed > 0 && (
          <button type="button" className="go" disabled={busy} onClick={() => void send(true)}>
            {t('first.keep', { count: report.new + report.changed })}
          </button>
        )}
      </div>
      {busy && <p className="q">{t('first.reading')}</p>}
      {problem && (
        <p className="broken" role="alert">
          {problem[lang]}
        </p>
      )}
      {report && <Told report={report} />}
    </div>
  );
}

function Told({ report }: { report: Report }): React.JSX.Element {
  const { t, lang } = useWords();
  const { rows, changed, unchanged, errors_total: wrong } = report;
  const counts = { rows, new: report.new, changed, unchanged, wrong };
  return (
    <div role="status">
      <p>{t(report.committed ? 'first.kept' : 'first.previewed', counts)}</p>
      {report.errors.length > 0 && (
        <ul className="cells">
          {report.errors.slice(0, ERRORS_SHOWN).map((error) => (
            <li key={`${error.row}-${error.cell}-${error.message_en}`}>
              <b>{error.cell || t('first.row', { row: error.row })}</b>{' '}
              {lang === 'zh' ? `${error.message_zh}：${error.remedy_zh}` : `${error.message_en}: ${error.remedy_en}`}
            </li>
          ))}
          {wrong > ERRORS_SHOWN && <li>{t('first.more_wrong', { count: wrong - ERRORS_SHOWN })}</li>}
        </ul>
      )}
    </div>
  );
}
