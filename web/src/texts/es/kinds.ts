// Spanish for en/kinds.ts.
import type { kinds as en } from '../en/kinds';

export const kinds: typeof en = {
  sure: (share) => `seguro al ${share}`,
  probably: 'probablemente',
  provisional: 'provisional',
  fills: (n) => `${n} llenados`,
  because: (sure, facts, alike) => `Millrace está seguro al ${sure}: ${facts}${alike}.`,
  thinks: (facts, alike) => `Así lo cree Millrace: ${facts}${alike}.`,
  steady: (amount, flow) => `${amount} con un caudal constante de ${flow}`,
  unsteady: (amount, flow) => `${amount} con un caudal medio de ${flow}`,
  cycle: (volume, fills, span) => `${volume} en ${fills} llenados a lo largo de ${span}`,
  alike: (n) => (n === 1 ? ', como otro de esta semana' : `, como otros ${n} de esta semana`),
  again: 'Aplicar a las últimas cuatro semanas',
  againDone: 'Aplicado a las últimas cuatro semanas.',
  title: 'Qué usó el agua',
  month: 'Este mes',
  total: 'En total',
  share: (share, uses) => `${share} · ${uses === 1 ? '1 uso' : `${uses} usos`}`,
  hints: 'Conviene saber',
  flush: (volume, flushes) => `Una descarga gasta ${volume} (${flushes} este mes).`,
  shower: (span, volume) => `Una ducha dura ${span} y gasta ${volume}.`,
  irrigation: (volume) => `El riego gasta ${volume} por semana.`,
  leaks: (volume) => `Las fugas y los inodoros que pierden agua gastaron ${volume} este mes.`,
  leaksCost: (volume, cost) => `Las fugas y los inodoros que pierden agua gastaron ${volume} este mes, unos ${cost}.`,
};
