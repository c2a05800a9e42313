/* 中文目录。 */

import { acts } from './zh_acts';
import { desk } from './zh_desk';
import { first } from './zh_first';
import { frame } from './zh_frame';
import { incident } from './zh_incident';
import { people } from './zh_people';
import { places } from './zh_places';
import { records } from './zh_records';
import { registers } from './zh_registers';
import { wall } from './zh_wall';

export const zh = { ...frame, ...desk, ...first, ...incident, ...acts, ...people, ...places, ...records, ...registers, ...wall };
