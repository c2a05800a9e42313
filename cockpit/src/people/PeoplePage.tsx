/* Who may sign in: found by typing, changed in place, ended at once. */

import { useEffect, useState } from 'react';
import { BELONGS, type Member, ROLES } from '../facts/people';
import { as_problem, read, Problem } from '../live/api';
import { useCell } from '../live/cell';
import { person } from '../session/session';
import { type Column, useColumns } from '../tables/columns';
import { Table } from '../tables/Table';
import { TableBar } from '../tables/TableBar';
import { useWords } from '../words/words';
import { PersonForm } from './PersonForm';
import { Tokens } from './Tokens';

type Town = { code: string; name: string };

const NOTHING = { q: '', role: '', inactive: '' };

export function PeoplePage(): React.JSX.Element {
  const { t, lang } = useWords();
  const [people, set_people] = useState<Member[] | null>(null);
  const [towns, set_towns] = useState<Town[]>([]);
  const [problem, set_problem] = useState<Problem | null>(null);
  const [open, set_open] = useState<Member | 'new' | null>(null);
  const [tab, set_tab] = useState<'people' | 'tokens'>('people');
  const take = (): void => {
    set_problem(null);
    read<Member[]>('/api/v1/people').then(set_people, (error: unknown) => set_problem(as_problem(error)));
  };
  useEffect(() => {
    take();
    read<{ items: Town[] }>('/api/v1/towns').then((got) => set_towns(got.items), () => undefined);
  }, []);
  return (
    <main className="page history people" aria-label={t('page.people')}>
      <div className="tabs" role="tablist" aria-label={t('page.people')}>
        {(['people', 'tokens'] as const).map((name) => (
          <button key={name} type="button" role="tab" aria-selected={tab === name} onClick={() => set_tab(name)}>
            {t(`people.${name}`)}
          </button>
        ))}
      </div>
      {problem && (
        <div className="broken" role="alert">
          <p>{problem[lang]}</p>
          <button type="button" onClick={take}>
            {t('retry')}
          </button>
        </div>
      )}
      {tab === 'tokens' && <Tokens people={people ?? []} />}
      {tab === 'people' && people && <List people={people} towns={towns} open={set_open} />}
      {tab === 'people' && !people && !problem && <p className="q none">{t('loading')}</p>}
      {open && (
        <PersonForm
          member={open === 'new' ? null : open}
          towns={towns}
          done={(changed) => {
            set_open(null);
            if (changed) take();
          }}
        />
      )}
    </main>
  );
}

interface ListProps {
  people: readonly Member[];
  towns: readonly Town[];
  open: (member: Member | 'new') => void;
}

function List({ people, towns, open }: ListProps): React.JSX.Element {
  const { t, word } = useWords();
  const [asked, set_asked] = useState(NOTHING);
  const wanted = asked.q.trim().toLowerCase();
  const shown = people.filter(
    (one) =>
      (asked.inactive || one.active) &&
      (!asked.role || one.role === asked.role) &&
      (!wanted || [one.login, one.name, one.organisation_id].some((part) => part.toLowerCase().includes(wanted))),
  );
  const columns = useColumns('people', usePeopleColumns(towns, open));
  return (
    <>
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <input type="search" value={asked.q} aria-label={t('people.find')} placeholder={t('people.find')} onChange={(event) => set_asked({ ...asked, q: event.target.value })} />
        <select value={asked.role} aria-label={t('people.role')} onChange={(event) => set_asked({ ...asked, role: event.target.value })}>
          <option value="">{t('people.all_roles')}</option>
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {word('person', one)}
            </option>
          ))}
        </select>
        <label className="tick">
          <input type="checkbox" checked={Boolean(asked.inactive)} onChange={(event) => set_asked({ ...asked, inactive: event.target.checked ? 'true' : '' })} />
          {t('people.inactive_too')}
        </label>
        <span className="q">{t('people.count', { count: shown.length })}</span>
        <button type="button" className="go export" onClick={() => open('new')}>
          {t('people.add')}
        </button>
      </form>
      <TableBar page="people" columns={columns} filters={asked} apply={(view) => set_asked({ ...NOTHING, ...view })} />
      <Table columns={columns} rows={shown} id={(one) => one.id} mark={(one) => (one.active ? '' : 'gone')} />
      {!shown.length && <p className="q none">{t('people.none')}</p>}
    </>
  );
}

function usePeopleColumns(towns: readonly Town[], open: (member: Member) => void): Column<Member>[] {
  const { t, word } = useWords();
  const me = useCell(person);
  const named = new Map(towns.map((town) => [town.code, town.name]));
  return [
    {
      name: 'name',
      label: t('people.name'),
      cell: (one) => (
        <>
          <button type="button" className="link" onClick={() => open(one)}>
            {one.name}
          </button>{' '}
          <span className="q">{one.login}</span>
          {one.id === me?.id && <span className="q"> · {t('people.you')}</span>}
        </>
      ),
    },
    { name: 'login', label: t('sign_in.login'), cell: (one) => one.login, hidden: true },
    { name: 'role', label: t('people.role'), cell: (one) => word('person', one.role) },
    { name: 'towns', label: t('people.sees'), cell: (one) => sees(one, named, t('people.whole_city')), desk: true },
    { name: 'organisation_id', label: t('people.organisation'), cell: (one) => one.organisation_id, hidden: true },
    { name: 'second_factor', label: t('people.factor'), cell: (one) => t(one.second_factor ? 'people.factor_on' : 'people.factor_off'), desk: true },
    { name: 'active', label: t('people.state'), cell: (one) => t(one.active ? 'people.active' : 'people.ended') },
  ];
}

/** The towns, and the organisation that narrows them. */
function sees(one: Member, named: ReadonlyMap<string, string>, city: string): string {
  const towns = one.towns.includes('*') ? city : one.towns.map((code) => named.get(code) ?? code).join(' ');
  return BELONGS.has(one.role) ? `${one.organisation_id} · ${towns}` : towns;
}
