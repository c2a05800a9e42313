/* Who may sign in, with what, and what they did. */

export interface Member {
  id: string;
  login: string;
  name: string;
  role: string;
  towns: string[];
  organisation_id: string;
  active: boolean;
  second_factor: boolean;
}

export interface Token {
  id: string;
  person_id: string;
  person_name: string;
  role: string;
  kind: 'api' | 'session';
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  permissions: string[] | null;
  towns: string[] | null;
}

export interface AuditLine {
  seq: number;
  at: string;
  person_id: string;
  person_name: string;
  role: string;
  act: string;
  subject: string;
  detail: Record<string, unknown>;
  digest: string;
}

export interface AuditCheck {
  whole: boolean;
  lines: number;
  broken_at: number | null;
  head: string;
}

/** Roles in the order of their use; those with `belongs` need the id of an organisation. */
export const ROLES = [
  'city_duty', 'town_office', 'station_crew', 'unit_head', 'operator', 'cad_119', 'insurer', 'expert', 'auditor',
  'province', 'admin',
] as const;
export const BELONGS: ReadonlySet<string> = new Set(['operator', 'station_crew', 'unit_head', 'insurer', 'expert']);
/** What a role may be allowed to do, and a token narrowed to. */
export const PERMISSIONS = [
  'see', 'follow', 'see_personal_data', 'judge', 'control_devices', 'import', 'send_signals', 'answer_for_119', 'audit', 'administer',
] as const;
