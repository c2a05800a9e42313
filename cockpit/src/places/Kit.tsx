/* What the standard asks for at a place beside what hangs there. */

import type { KitLine } from '../facts/record';
import { useWords } from '../words/words';

export function Kit({ lines }: { lines: readonly KitLine[] }): React.JSX.Element {
  const { t, word } = useWords();
  if (!lines.length) return <p className="q none">{t('place.kit_unknown')}</p>;
  return (
    <table className="slim">
      <thead>
        <tr>
          <th>{t('devices.kind')}</th>
          <th className="n">{t('place.required')}</th>
          <th className="n">{t('place.fitted')}</th>
          <th>{t('place.verdict')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.kind}>
            <td>{word('sensor', line.kind)}</td>
            <td className="n">{line.required || '—'}</td>
            <td className="n">{line.fitted}</td>
            <td>
              {line.missing ? <b>{t('place.missing', { count: line.missing })}</b> : line.required ? t('place.met') : <span className="q">{t('place.not_asked')}</span>}
              {line.stood_in > 0 && <span className="q"> {t('place.stood_in', { count: line.stood_in })}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
