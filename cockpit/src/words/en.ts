/* The English catalogue. */

import { acts } from './en_acts';
import { desk } from './en_desk';
import { first } from './en_first';
import { frame } from './en_frame';
import { incident } from './en_incident';
import { people } from './en_people';
import { places } from './en_places';
import { records } from './en_records';
import { registers } from './en_registers';
import { wall } from './en_wall';

export const en = { ...frame, ...desk, ...first, ...incident, ...acts, ...people, ...places, ...records, ...registers, ...wall };
