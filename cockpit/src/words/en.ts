/* The English catalogue. */

import { acts } from './en_acts';
import { first } from './en_first';
import { frame } from './en_frame';
import { incident } from './en_incident';
import { people } from './en_people';
import { places } from './en_places';
import { wall } from './en_wall';

export const en = { ...frame, ...incident, ...acts, ...people, ...places, ...wall, ...first };
