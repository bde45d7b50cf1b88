// How long water may run at each rate, and the house's own days that say so.
import { api, said } from '../../api/client';
import type { Rule } from '../../words/alarms';

export type LimitSource = 'fallback' | 'learned' | 'owner' | 'floor';
export interface Part {
  part: 'night' | 'morning' | 'day';
  from: string; // HH:MM
  to: string;
  limit_seconds: number;
  limit_source: LimitSource;
  usual_seconds: number | null;
  sprinklers: { mean_flow_at_least: number; limit_seconds: number; limit_source: LimitSource }[];
  running: { since: string; seconds: number; limit_seconds: number; limit_source: LimitSource } | null;
  days: { date: string; longest_seconds: number }[]; // oldest first
}
export interface Rate {
  flow_at_least: number;
  rule: Rule;
  on: boolean;
  parts: Part[];
}
export interface Limits {
  sensor: string;
  time_zone: string;
  flow_unit: string;
  days_learned: number;
  days_to_learn: number;
  items: Rate[]; // the lowest rate first
}

type AskLimits = (path: string, init: { params: { path: { uuid: string } } }) => Promise<{ data?: Limits; error?: unknown; response: Response }>;

export const askLimits = (uuid: string): Promise<Limits> =>
  said((api.GET as unknown as AskLimits)('/api/v1/sensors/{uuid}/limits', { params: { path: { uuid } } }));
