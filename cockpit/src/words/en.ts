/* The English catalogue. */

import { acts } from './en_acts';
import { frame } from './en_frame';
import { incident } from './en_incident';
import { people } from './en_people';
import { places } from './en_places';
import { records } from './en_records';
import { wall } from './en_wall';

export const en = { ...frame, ...incident, ...acts, ...people, ...places, ...records, ...wall };
