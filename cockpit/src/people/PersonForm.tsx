/* One person to add or change. What takes a right away works at once. */

import { type FormEvent, useEffect, useRef, useState } from 'react';
import { BELONGS, type Member, ROLES } from '../facts/people';
import { as_problem, ask, Problem } from '../live/api';
import { useWords } from '../words/words';

interface FormProps {
  member: Member | null;
  towns: readonly { code: string; name: string }[];
  done: (changed: boolean) => void;
}

export function PersonForm({ member, towns, done }: FormProps): React.JSX.Element {
  const { t, word, lang } = useWords();
  const box = useRef<HTMLDialogElement>(null);
  const [problem, set_problem] = useState<Problem | null>(null);
  const [busy, set_busy] = useState(false);
  const [role, set_role] = useState(member?.role ?? 'town_office');
  const [city, set_city] = useState(member ? member.towns.includes('*') : false);
  useEffect(() => box.current?.showModal(), []);
  const send = async (act: () => Promise<unknown>): Promise<void> => {
    set_busy(true);
    set_problem(null);
    try {
      await act();
      done(true);
    } catch (error) {
      set_problem(as_problem(error));
      set_busy(false);
    }
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string): string => String(data.get(name) ?? '').trim();
    const body = {
      name: text('name'),
      role,
      towns: city ? ['*'] : data.getAll('town').map(String),
      organisation_id: BELONGS.has(role) ? text('organisation_id') : '',
      ...(text('password') ? { password: text('password') } : {}),
    };
    const made = member ? { ...body, active: data.get('active') === 'on' } : { ...body, login: text('login') };
    void send(() => (member ? ask('PATCH', `/api/v1/people/${encodeURIComponent(member.id)}`, made) : ask('POST', '/api/v1/people', made)));
  };
  const title = member ? t('people.change', { name: member.name }) : t('people.add');
  return (
    <dialog ref={box} className="person-form" aria-label={title} onClose={() => done(false)}>
      <form onSubmit={submit}>
        <h2>{title}</h2>
        {!member && (
          <label>
            <span>{t('sign_in.login')}</span>
            <input name="login" required pattern="[a-z0-9][a-z0-9_.\-]{1,63}" title={t('people.login_rule')} autoComplete="off" autoCapitalize="none" spellCheck={false} />
          </label>
        )}
        <label>
          <span>{t('people.name')}</span>
          <input name="name" required maxLength={100} defaultValue={member?.name ?? ''} autoComplete="off" />
        </label>
        <label>
          <span>{t('people.role')}</span>
          <select name="role" value={role} onChange={(event) => set_role(event.target.value)}>
            {ROLES.map((one) => (
              <option key={one} value={one}>
                {word('person', one)}
              </option>
            ))}
          </select>
        </label>
        {BELONGS.has(role) && (
          <label>
            <span>{t('people.organisation')}</span>
            <input name="organisation_id" required maxLength={64} defaultValue={member?.organisation_id ?? ''} autoComplete="off" spellCheck={false} />
            <small>{t('people.organisation_rule')}</small>
          </label>
        )}
        <fieldset>
          <legend>{t('people.towns')}</legend>
          <label className="tick">
            <input type="checkbox" checked={city} onChange={(event) => set_city(event.target.checked)} />
            {t('people.whole_city')}
          </label>
          {!city && (
            <div className="ticks">
              {towns.map((town) => (
                <label key={town.code} className="tick">
                  <input type="checkbox" name="town" value={town.code} defaultChecked={member?.towns.includes(town.code) ?? false} />
                  {town.name}
                </label>
              ))}
            </div>
          )}
        </fieldset>
        <label>
          <span>{t(member ? 'people.new_password' : 'sign_in.password')}</span>
          <input name="password" type="password" minLength={10} maxLength={128} autoComplete="new-password" />
          <small>{t('people.password_rule')}</small>
        </label>
        {member && (
          <label className="tick">
            <input type="checkbox" name="active" defaultChecked={member.active} />
            {t('people.may_sign_in')}
          </label>
        )}
        {member?.second_factor && (
          <button type="button" disabled={busy} onClick={() => void send(() => ask('DELETE', `/api/v1/people/${encodeURIComponent(member.id)}/second-factor`))}>
            {t('people.forget_factor')}
          </button>
        )}
        {problem && (
          <p className="broken" role="alert">
            {problem[lang]}
          </p>
        )}
        <div className="buttons">
          <button type="submit" className="go" disabled={busy}>
            {t('save')}
          </button>
          <button type="button" onClick={() => box.current?.close()}>
            {t('close')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
