/* The border of the city: one GeoJSON file, drawn by the map from then on. */

import { useState } from 'react';
import { as_problem, ask, Problem } from '../live/api';
import { useWords } from '../words/words';
import { look_again } from './answer';

export function Border(): React.JSX.Element {
  const { t, lang } = useWords();
  const [problem, set_problem] = useState<Problem | null>(null);
  const [kept, set_kept] = useState<{ rings: number; corners: number } | null>(null);
  const send = async (file: File | undefined): Promise<void> => {
    set_kept(null);
    set_problem(null);
    if (!file) return;
    try {
      set_kept(await ask('PUT', `/api/v1/map/outline?${new URLSearchParams({ file: file.name })}`, file));
      await look_again();
    } catch (error) {
      set_problem(as_problem(error));
    }
  };
  return (
    <div className="upload" role="group" aria-label={t('first.border')}>
      <div className="line">
        <b>{t('first.border')}</b>
        <a href="/api/v1/map/outline/template" download>
          {t('first.example', { form: 'GeoJSON' })}
        </a>
      </div>
      <div className="line">
        <label className="file">
          {t('first.file')}
          <input type="file" accept=".json,.geojson" aria-label={t('first.choose', { what: t('first.border') })} onChange={(event) => void send(event.target.files?.[0])} />
        </label>
      </div>
      {kept && <p role="status">{t('first.border_kept', { rings: kept.rings, corners: kept.corners })}</p>}
      {problem && (
        <p className="broken" role="alert">
          {problem[lang]}
        </p>
      )}
    </div>
  );
}
