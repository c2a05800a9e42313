/* Beside the incident: wind in words, the strip of pictures, cameras that gave none. */

import type { Picture, Pictures, Weather } from '../facts/sight';
import { hms } from '../words/format';
import { useWords } from '../words/words';

const SHOWN = 8;

/** An arrow that points where the wind blows to; a ring where no direction is known. */
export function WindArrow({ from_deg, size = 20 }: { from_deg: number | null; size?: number }): React.JSX.Element {
  return (
    <svg className="wind-arrow" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      {from_deg === null ? (
        <circle cx="10" cy="10" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" />
      ) : (
        <path d="M10 19V2M10 1L5 8M10 1L15 8" fill="none" stroke="currentColor" strokeWidth="2" transform={`rotate(${from_deg + 180} 10 10)`} />
      )}
    </svg>
  );
}

/** The wind over the map. */
export function WindSign({ weather }: { weather: Weather | null }): React.JSX.Element {
  const { t, lang } = useWords();
  const old = weather?.stale || (weather?.doubt && weather.source !== 'demo') ? 'old' : '';
  return (
    <div className={`wind-sign ${old}`}>
      <WindArrow from_deg={weather?.wind_from_deg ?? null} />
      <span>
        {weather ? weather.words[lang] : t('wind.unknown')}
        {weather?.doubt && <small>{weather.doubt[lang]}</small>}
      </span>
    </div>
  );
}

export function PictureStrip({ pictures }: { pictures: Pictures | null }): React.JSX.Element | null {
  const { t, lang } = useWords();
  if (!pictures || !(pictures.items.length || pictures.silent.length)) return null;
  return (
    <section className="pad">
      <div className="sec">
        <h2>{t('pictures.title')}</h2>
        <span className="r">{t('pictures.count', { count: pictures.items.length })}</span>
      </div>
      {pictures.visible ? (
        <ul className="strip">
          {pictures.items.slice(0, SHOWN).map((picture) => (
            <Shown key={picture.id} picture={picture} />
          ))}
        </ul>
      ) : (
        pictures.items.length > 0 && <p className="q">{t('pictures.hidden')}</p>
      )}
      {pictures.silent.map((one) => (
        <p className="silent" key={one.camera}>
          {t('pictures.silent', { camera: one.camera, why: one.words[lang] })}
        </p>
      ))}
    </section>
  );
}

function Shown({ picture }: { picture: Picture }): React.JSX.Element {
  const { word } = useWords();
  const address = `/api/v1/pictures/${encodeURIComponent(picture.id)}`;
  const who = picture.camera || picture.by || word('picture', picture.origin);
  const title = [who, hms(picture.taken_at), picture.note].filter(Boolean).join(' · ');
  return (
    <li>
      <a href={address} target="_blank" rel="noreferrer" title={title}>
        <img src={address} alt={title} loading="lazy" width={112} height={84} />
        <span>{who}</span>
        <time>{hms(picture.taken_at)}</time>
      </a>
    </li>
  );
}
