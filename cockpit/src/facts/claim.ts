/* Who has an incident in hand, and one line of the shift book. */

export interface Claim {
  number: string;
  person_id: string;
  person_name: string;
  given_by: string;
  since: string;
}

export interface HandOver {
  id: string;
  from_id: string;
  from_name: string;
  to_id: string;
  to_name: string;
  at: string;
  note: string;
  numbers: string[];
  received_at: string | null;
  withdrawn_at: string | null;
}

export interface Colleague {
  id: string;
  name: string;
}
