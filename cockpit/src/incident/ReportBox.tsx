/* The after-action report of one incident: made as PDF, and an older one held against the records. */

import { useState } from 'react';
import type { IncidentRow } from '../facts/incident';
import { save_blob } from '../history/query';
import { as_problem, type Problem, read, read_file } from '../live/api';
import { may } from '../session/session';
import { useWords } from '../words/words';

/** What the server says of a report. changed: the parts of the record that are not what they were. */
interface Verdict {
  known: 'file' | 'content' | '';
  same: boolean;
  changed: { part: string; zh: string; en: string }[];
  words: { zh: string; en: string };
}

const MAKING_MS = 60_000;
const DIGEST = /^[0-9a-f]{64}$/;

export function ReportBox({ row }: { row: IncidentRow }): React.JSX.Element {
  const { t, lang } = useWords();
  const [numbers, set_numbers] = useState(false);
  const [making, set_making] = useState(false);
  const [problem, set_problem] = useState<Problem | null>(null);
  const [verdict, set_verdict] = useState<Verdict | null>(null);
  const path = `/api/v1/incidents/${encodeURIComponent(row.number)}/report`;
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    set_problem(null);
    set_verdict(null);
    await work().catch((error: unknown) => set_problem(as_problem(error)));
  };
  const make = (): Promise<void> =>
    attempt(async () => {
      set_making(true);
      try {
        save_blob(`wanghuo-${row.number}-${lang}.pdf`, await read_file(`${path}.pdf?lang=${lang}&numbers=${numbers}`, MAKING_MS));
      } finally {
        set_making(false);
      }
    });
  const check = (digest: string): Promise<void> =>
    attempt(async () => set_verdict(await read<Verdict>(`${path}/check?sha256=${digest}`)));
  return (
    <section className="pad report" aria-labelledby="report-title">
      <div className="sec">
        <h2 id="report-title">{t('report.title')}</h2>
        <span className="r">{row.state === 'closed' ? t('report.final') : t('report.provisional')}</span>
      </div>
      <p className="line">
        <button type="button" onClick={() => void make()} disabled={making} data-act="report">
          {t(making ? 'report.making' : 'report.make')}
        </button>
        {may('see_personal_data') && (
          <label className="tick">
            <input type="checkbox" checked={numbers} onChange={(e) => set_numbers(e.target.checked)} />
            {t('report.numbers')}
          </label>
        )}
      </p>
      <Checking check={check} />
      {problem && (
        <p className="broken" role="alert">
          {t('report.failed')} {problem[lang]}
        </p>
      )}
      {verdict && (
        <p className="verdict" role="status" data-same={verdict.same}>
          {verdict.words[lang]}
          {verdict.changed.length > 0 && ` ${t('report.changed', { parts: verdict.changed.map((one) => one[lang]).join(lang === 'zh' ? '、' : ', ') })}`}
        </p>
      )}
    </section>
  );
}

/** By its file where the browser can take a digest, else by the digest that its pages carry. */
function Checking({ check }: { check: (digest: string) => Promise<void> }): React.JSX.Element {
  const { t } = useWords();
  const [text, set_text] = useState('');
  const typed = (value: string): void => {
    const digest = value.trim().toLowerCase();
    set_text(value);
    if (DIGEST.test(digest)) void check(digest);
  };
  const chosen = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    await check(Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join(''));
  };
  return (
    <details>
      <summary>{t('report.check')}</summary>
      {globalThis.isSecureContext && (
        <label>
          {t('report.check_file')}
          <input type="file" accept="application/pdf" onChange={(e) => void chosen(e.target.files?.[0])} />
        </label>
      )}
      <label>
        {t('report.check_text')}
        <input type="text" value={text} maxLength={64} spellCheck={false} onChange={(e) => typed(e.target.value)} />
      </label>
    </details>
  );
}
