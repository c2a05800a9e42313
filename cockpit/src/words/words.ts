/* Chinese first, English by a switch. A key that one catalogue lacks does not compile. */

import type { Sentence } from '../facts/incident';
import { kept, useCell } from '../live/cell';
import { en } from './en';
import { zh } from './zh';

export type Key = keyof typeof zh;
export type Lang = 'zh' | 'en';
export type Params = Record<string, string | number>;

type Blanks<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Blanks<Rest> : never;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Odd = { [K in Key]: Same<Blanks<(typeof zh)[K]>, Blanks<(typeof en)[K]>> extends true ? never : K }[Key];
/** Names the first sentence whose blanks differ between the two languages. */
const blanks_agree: [Odd] extends [never] ? true : Odd = true;
void blanks_agree;

const CATALOGUES: Record<Lang, Record<Key, string>> = { zh, en };

export const lang = kept<Lang>('wanghuo.lang', 'zh', ['zh', 'en']);
lang.watch(() => {
  document.documentElement.lang = lang.get() === 'en' ? 'en' : 'zh-CN';
});

/** The sentence `key` with its blanks filled. */
export function told(key: Key, params: Params = {}, language: Lang = lang.get()): string {
  return CATALOGUES[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** The word for a code such as a role or a state; the code itself if the catalogue does not know it. */
export function word(group: string, code: string, language: Lang = lang.get()): string {
  const catalogue = CATALOGUES[language] as Record<string, string>;
  return catalogue[`${group}.${code}`] ?? code;
}

export interface Words {
  lang: Lang;
  t: (key: Key, params?: Params) => string;
  word: (group: string, code: string) => string;
  say: (sentence: Sentence | null | undefined) => string;
}

const words_in = (language: Lang): Words => ({
  lang: language,
  t: (key, params) => told(key, params, language),
  word: (group, code) => word(group, code, language),
  say: (sentence) => sentence?.[language] ?? sentence?.key ?? '',
});
const WORDS: Record<Lang, Words> = { zh: words_in('zh'), en: words_in('en') };

/** The words of the present language, inside a component; the same object until it changes. */
export function useWords(): Words {
  return WORDS[useCell(lang)];
}
