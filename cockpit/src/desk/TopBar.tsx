/* Who sits here, whether the chain is well, and the time. Degradations are one plain line. */

import { useCell } from '../live/cell';
import { figures, live } from '../live/house';
import { kept_acts } from '../live/kept_acts';
import { first_day } from '../first_day/answer';
import { reachable } from '../live/api';
import { useNow } from '../live/now';
import { line } from '../live/stream';
import { switch_theme, theme } from '../look/theme';
import { may, person, sign_out } from '../session/session';
import { day, hms, span, weekday } from '../words/format';
import { lang, useWords } from '../words/words';
import { overlay } from './chosen';
import { PAGES, tab_of } from './route';

const FIGURES_PERIOD_MS = 10_000;
const CANARY_LATE_MS = 150_000; // it travels every minute

export function TopBar({ page }: { page: string }): React.JSX.Element {
  const { t, word } = useWords();
  const who = useCell(person);
  const unready = useCell(first_day)?.leads ?? false;
  return (
    <>
      <Offline />
      <header className="top">
        <a className="brand" href="#/">
          <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M3 17V9l7-6 7 6v8" fill="none" stroke="currentColor" strokeWidth="1.6" />
            <circle cx="10" cy="11.2" r="2.4" fill="currentColor" />
          </svg>
          {t('brand')}
        </a>
        <nav className="pages" aria-label={t('pages')}>
          {pages(unready).map((name) => (
            <a key={name} href={name === 'desk' ? '#/' : `#/${name}`} aria-current={tab_of(page) === name ? 'page' : undefined}>
              {t(`page.${name}`)}
            </a>
          ))}
          <button type="button" onClick={() => overlay.set('search')}>
            {t('search')} <kbd>/</kbd>
          </button>
        </nav>
        <Wellness />
        <a className="who-sits" href="#/me" title={who ? word('person', who.role) : ''} aria-current={page === 'me' ? 'page' : undefined}>
          {who?.name}
        </a>
        <Switches />
        <Clock />
      </header>
    </>
  );
}

/** The pages that this person's role opens; the guide of the first day while something stops the chain. */
function pages(unready: boolean): readonly ((typeof PAGES)[number] | 'people' | 'audit' | 'first-day')[] {
  return [
    ...(unready ? (['first-day'] as const) : []),
    ...PAGES,
    ...(may('administer') ? (['people'] as const) : []),
    ...(may('audit') ? (['audit'] as const) : []),
  ];
}

function Switches(): React.JSX.Element {
  const { t } = useWords();
  const language = useCell(lang);
  const dark = useCell(theme) === 'dark';
  return (
    <span className="switches">
      <button type="button" onClick={() => lang.set(language === 'zh' ? 'en' : 'zh')} lang={language === 'zh' ? 'en' : 'zh-CN'}>
        {language === 'zh' ? 'EN' : '中文'}
      </button>
      <button type="button" onClick={switch_theme} aria-pressed={dark}>
        {t(dark ? 'theme.light' : 'theme.dark')}
      </button>
      <button type="button" onClick={sign_out}>
        {t('sign_out')}
      </button>
    </span>
  );
}

function Clock(): React.JSX.Element {
  const now = useNow();
  const { lang: language } = useWords();
  return (
    <>
      <span className="today">
        {day(now)} {weekday(now, language)}
      </span>
      <time className="clock">{hms(now)}</time>
    </>
  );
}

/** The synthetic fire, the delay, the devices online; each greyed with its age once it is old. */
function Wellness(): React.JSX.Element {
  const { t } = useWords();
  const now = useNow();
  const { desk, at_ms } = useCell(figures);
  const { unjudged } = useCell(live);
  const state = useCell(line);
  const stale = at_ms > 0 && now - at_ms > 2 * FIGURES_PERIOD_MS;
  const canary_at = desk?.canary?.at ? Date.parse(desk.canary.at) : null;
  const parts: { text: string; bad: boolean }[] = [];
  if (unjudged.length) parts.push({ text: t('degraded.database'), bad: true });
  else if (state === 'lost') parts.push({ text: t('degraded.live'), bad: true });
  if (canary_at !== null && desk?.canary) {
    const late = now - canary_at > CANARY_LATE_MS;
    const took = desk.canary.took_s?.toFixed(desk.canary.took_s < 1 ? 2 : 1) ?? '—';
    parts.push({ text: t(late ? 'canary.late' : 'canary.ok', { ago: span(now - canary_at), took }), bad: late });
  }
  if (desk?.delay_s != null) parts.push({ text: t('delay', { s: desk.delay_s.toFixed(1) }), bad: false });
  if (desk?.online_percent != null) parts.push({ text: t('online', { percent: desk.online_percent.toFixed(1) }), bad: false });
  return (
    <span className={`wellness ${stale ? 'stale' : ''}`}>
      {parts.map((part) => (
        <span key={part.text.slice(0, 4)} className={part.bad ? 'warn' : 'ok'}>
          {part.text}
        </span>
      ))}
      {stale && <span>{t('stale', { time: hms(at_ms) })}</span>}
    </span>
  );
}

/** The ink bar: no network, what still works, how many acts wait here. */
function Offline(): React.JSX.Element | null {
  const { t } = useWords();
  const here = useCell(reachable);
  const waiting = useCell(kept_acts).length;
  const { at_ms } = useCell(figures);
  if (here && !waiting) return null;
  return (
    <div className="off" role="status">
      <b>{here ? t('offline.sending') : t('offline')}</b>
      {waiting > 0 && <span>{t('offline.kept', { count: waiting })}</span>}
      {!here && at_ms > 0 && <span>{t('offline.since', { time: hms(at_ms) })}</span>}
    </div>
  );
}
