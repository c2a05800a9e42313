/* From where the reader stands: the phone is asked for its position, the house for the way. */

import { base, keepWayFromHere } from './kept';
import type { Way } from './packet';
import { spoken, word } from './words';

const POSITION_PATIENCE_MS = 15000;
const POSITION_OLD_MS = 10000;
const ROUTE_PATIENCE_MS = 8000;

/** The way, kept for later without a network, or why there is none. */
export async function locate(): Promise<Way | string> {
  let here: GeolocationPosition;
  try {
    here = await position();
  } catch {
    return word('noPosition');
  }
  try {
    const { longitude, latitude } = here.coords;
    const reply = await fetch(`${base}/route?lon=${longitude}&lat=${latitude}`, {
      signal: AbortSignal.timeout(ROUTE_PATIENCE_MS),
    });
    const said = (await reply.json()) as Way | Record<string, string>;
    if (!reply.ok) return word('noRoute') + ((said as Record<string, string>)[`detail_${spoken()}`] ?? '');
    keepWayFromHere(said as Way);
    return said as Way;
  } catch {
    return word('noRoute') + word('offline');
  }
}

function position(): Promise<GeolocationPosition> {
  return new Promise((found, missing) => {
    if (!('geolocation' in navigator)) missing(new Error('none'));
    else {
      const options = { enableHighAccuracy: true, timeout: POSITION_PATIENCE_MS, maximumAge: POSITION_OLD_MS };
      navigator.geolocation.getCurrentPosition(found, missing, options);
    }
  });
}
