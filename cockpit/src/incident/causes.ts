/* How an incident can end: the codes of the disposition and of a nuisance's cause. */

export const DISPOSITIONS = ['fire', 'fire_damaging', 'nuisance', 'test', 'drill', 'unknown'] as const;
export const CAUSES = [
  'cooking',
  'steam',
  'smoking',
  'dust',
  'insects',
  'incense',
  'works',
  'water',
  'device_fault',
  'siting',
  'malicious',
] as const;
