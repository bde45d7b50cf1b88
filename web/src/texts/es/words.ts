// Words that numbers and times are put into (words/).
import type { words as en } from '../en/words';

export const words: typeof en = {
  units: { L: 'L', m3: 'm³', gal: 'gal', ft3: 'ft³', ccf: 'CCF' },
  flowUnits: { 'L/min': 'L/min', 'm3/h': 'm³/h', 'gal/min': 'gal/min', 'ft3/min': 'ft³/min' },
  seconds: (n) => `${n} s`,
  minutes: (n) => `${n} min`,
  hours: (n) => `${n} h`,
  hoursMinutes: (h, min) => `${h} h ${min} min`,
  days: (n) => (n === '1' ? '1 día' : `${n} días`),
  ago: (span) => `hace ${span}`,
  justNow: 'ahora mismo',
  today: 'hoy',
  yesterday: 'ayer',
  categories: {
    toilet: 'Inodoro',
    shower: 'Ducha',
    bath: 'Bañera',
    faucet: 'Grifo',
    clothes_washer: 'Lavadora',
    dishwasher: 'Lavavajillas',
    irrigation: 'Riego',
    hose: 'Manguera',
    softener: 'Descalcificador',
    leak: 'Fuga',
    other: 'Otro',
    uncategorised: 'Sin nombre',
  },
  severities: { info: 'Información', warning: 'Advertencia', critical: 'Grave' },
};
