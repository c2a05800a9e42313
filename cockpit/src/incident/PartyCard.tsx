/* One party in full: why it was picked, every message to it, the number to call. */

import type { Incident, Notice } from '../facts/incident';
import { useCell } from '../live/cell';
import { number_of, shown_numbers } from '../live/numbers';
import { hms } from '../words/format';
import { useWords } from '../words/words';
import { party_card, party_of } from './party';
import { ShowNumbers } from './ShowNumbers';

export function PartyCard({ incident }: { incident: Incident }): React.JSX.Element | null {
  const { t, say, word } = useWords();
  const open = useCell(party_card);
  const known = useCell(shown_numbers);
  const party = party_of(incident, open);
  if (!party) return null;
  const notices = incident.notices.filter((one) => one.party_id === party.id);
  const numbers = notices.map((one) => number_of(known, one.id, one.address));
  return (
    <section className="sheet" role="dialog" aria-label={party.name}>
      <h2>
        {party.name} <span className="q">{word('role', party.role)}</span>
      </h2>
      <p>{say(party.shortfall ?? party.reason)}</p>
      <ol className="notices">
        {notices.map((notice) => (
          <NoticeLine key={notice.id} notice={notice} number={number_of(known, notice.id, notice.address)} />
        ))}
        {notices.length === 0 && <li>{t('party.no_notices')}</li>}
      </ol>
      <div className="sheet-end">
        <ShowNumbers incident={incident.number} numbers={numbers} />
        <button type="button" className="quiet" onClick={() => party_card.set(null)}>
          {t('back')} <kbd>Esc</kbd>
        </button>
      </div>
    </section>
  );
}

function NoticeLine({ notice, number }: { notice: Notice; number: string }): React.JSX.Element {
  const { t, word, lang } = useWords();
  const times: [string, string | null][] = [
    [t('notice.planned'), notice.planned_at],
    [t('notice.sent'), notice.sent_at],
    [t('notice.answered'), notice.answered_at],
    [t('notice.acknowledged'), notice.acknowledged_at],
  ];
  const dial = /^\+?\d{5,}$/.test(number);
  return (
    <li>
      <b>{notice.recipient}</b> {word('channel', notice.channel)}{' '}
      {dial ? <a href={`tel:${number}`}>{number}</a> : <span className="q">{number}</span>}
      <span className="r" title={notice.outcome}>
        {notice.said ? notice.said[lang] : word('notice', notice.state)}
      </span>
      <span className="q">
        {times.map(([name, at]) => (at ? ` ${name} ${hms(at)}` : '')).join('')}
        {notice.round > 1 ? ` · ${t('notice.round', { round: notice.round })}` : ''}
        {notice.repeat_of_unknown ? ` · ${t('parties.repeat')}` : ''}
      </span>
      {notice.message && <span className="said">{notice.message[lang]}</span>}
    </li>
  );
}
