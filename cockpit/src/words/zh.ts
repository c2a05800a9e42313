/* 中文目录。 */

import { acts } from './zh_acts';
import { first } from './zh_first';
import { frame } from './zh_frame';
import { incident } from './zh_incident';
import { people } from './zh_people';
import { places } from './zh_places';
import { wall } from './zh_wall';

export const zh = { ...frame, ...incident, ...acts, ...people, ...places, ...wall, ...first };
