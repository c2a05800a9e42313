/* The alarm policy in force: every number with its unit, meaning and source, and what changed when. Read only. */

import { useState } from 'react';
import type { AlarmPolicy, PolicyNumber, PolicyStep } from '../facts/review';
import { read } from '../live/api';
import { day, hm } from '../words/format';
import { type Words, useWords } from '../words/words';
import { RecordsNav } from './RecordsNav';
import { Reading, useRead } from './reading';

export default function PolicyPage(): React.JSX.Element {
  const { t } = useWords();
  const [answer, again] = useRead<AlarmPolicy>(() => read('/api/v1/policies/alarm'), '');
  const [find, set_find] = useState('');
  return (
    <main className="page history devices review" aria-label={t('page.policy')}>
      <RecordsNav page="policy" />
      <form className="filters" onSubmit={(event) => event.preventDefault()} role="search">
        <h1>{t('page.policy')}</h1>
        <input type="search" value={find} placeholder={t('policy.find')} aria-label={t('policy.find')} onChange={(e) => set_find(e.target.value)} />
        <span className="q">{t('policy.read_only')}</span>
      </form>
      <Reading answer={answer} again={again} failed="policy.failed">
        {(found) => <Found policy={found} find={find.trim().toLowerCase()} />}
      </Reading>
    </main>
  );
}

function Found({ policy, find }: { policy: AlarmPolicy; find: string }): React.JSX.Element {
  const words = useWords();
  const { t, lang } = words;
  if (!policy.since) return <p className="q none">{t('policy.none')}</p>;
  const shown = policy.numbers.filter((one) => !find || `${one.key} ${one[lang]} ${valued(one.value, words)}`.toLowerCase().includes(find));
  const groups = [...new Set(shown.map((one) => one.group))];
  return (
    <>
      <p className="sum">
        {t('policy.version', { version: policy.version, day: day(policy.since), time: hm(policy.since) })} <span className="q digest">SHA-256 {policy.sha256}</span>
      </p>
      {!shown.length && <p className="q none">{t('policy.nothing')}</p>}
      {groups.map((group) => (
        <Group key={group} group={group} numbers={shown.filter((one) => one.group === group)} words={words} />
      ))}
      <section>
        <h2>{t('policy.history')}</h2>
        <ol>
          {policy.history.map((step) => (
            <Step key={step.since + step.sha256} step={step} words={words} />
          ))}
        </ol>
      </section>
    </>
  );
}

function Group({ group, numbers, words }: { group: string; numbers: readonly PolicyNumber[]; words: Words }): React.JSX.Element {
  const { t, word, lang } = words;
  return (
    <section aria-labelledby={`policy-${group}`}>
      <h2 id={`policy-${group}`}>{word('policy_group', group)}</h2>
      <table>
        <thead>
          <tr>
            <th>{t('policy.meaning')}</th>
            <th className="n">{t('policy.value')}</th>
            <th className="wide-only">{t('policy.source')}</th>
          </tr>
        </thead>
        <tbody>
          {numbers.map((one) => (
            <tr key={one.key} data-key={one.key}>
              <td>
                {one[lang]} <span className="q key">{one.key}</span>
              </td>
              <td className="n">
                <b>{valued(one.value, words)}</b> <span className="q">{one.unit}</span>
              </td>
              <td className="wide-only">{one.source[lang]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Step({ step, words }: { step: PolicyStep; words: Words }): React.JSX.Element {
  const { t, lang } = words;
  return (
    <li>
      {t('policy.step', { version: step.version, day: day(step.since), time: hm(step.since), count: step.changes.length })}
      <ul>
        {step.changes.map((change) => (
          <li key={change.key}>
            {t('policy.change', { what: change[lang], key: change.key, before: valued(change.before, words), after: valued(change.after, words) })}
          </li>
        ))}
      </ul>
    </li>
  );
}

/** A value as people read it: codes of categories and roles in words. */
function valued(value: unknown, { t, word }: Words): string {
  if (value === null || value === undefined) return '—';
  if (typeof value === 'boolean') return t(value ? 'policy.yes' : 'policy.no');
  if (typeof value === 'number') return String(value).replace('-', '−');
  if (Array.isArray(value)) return value.length ? value.map((one) => valued(one, { t, word } as Words)).join(' · ') : '—';
  const code = String(value);
  for (const group of ['role', 'category', 'sensor', 'channel', 'station', 'profile']) {
    const known = word(group, code);
    if (known !== code) return known;
  }
  return code;
}
