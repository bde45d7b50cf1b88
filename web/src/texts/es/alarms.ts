// Spanish for en/alarms.ts.
import type { alarms as en } from '../en/alarms';

const dias = (n: number, uno: string) => (n === 1 ? uno : `los últimos ${n} días`);
const veces = (n: number) => (n === 1 ? 'una vez' : `${n} veces`);
const llamado = (place: string) => (place === '' ? '' : ` «${place}»`);

export const alarms: typeof en = {
  titles: {
    burst: 'Rotura',
    continuous_flow: 'El agua no para',
    slow_leak: 'Fuga lenta',
    running_toilet: 'El inodoro no deja de llenarse',
    long_use: 'Uso inusualmente grande',
    away_use: 'Agua sin nadie en casa',
    sprinkler_zone: 'El riego gasta más de lo habitual',
    impossible_flow: 'Caudal imposible',
    sensor_silent: 'Sensor en silencio',
    bridge_offline: 'Puente desconectado',
    radio_lost: 'Enlace de radio perdido',
    device_moved: 'Sensor movido',
    battery_low: 'Pilas bajas',
    battery_dead: 'Pilas agotadas',
    data_erased: 'Datos guardados borrados',
    clock_missing: 'Falta la hora',
    puck_wet: 'Agua en un detector de fugas',
    puck_silent: 'Detector de fugas en silencio',
    puck_battery: 'Pila baja de un detector de fugas',
    budget_day: 'Límite de gasto del día',
    budget_week: 'Límite de gasto de la semana',
    budget_month: 'Límite de gasto del mes',
  },
  since: (clock, day) => (day === null ? `desde las ${clock}` : `desde el ${day} a las ${clock}`),
  at: (clock, day) => (day === null ? `a las ${clock}` : `el ${day} a las ${clock}`),
  times: veces,
  volts: (v) => `${v} V`,

  burst: (length) => `Corre mucha más agua de lo habitual desde hace ${length}.`,
  continuous: (length) => `El agua no ha parado en ${length}.`,
  slow: (length) => `Un hilo de agua no ha parado en ${length}.`,
  toilet: (times, length) =>
    times === null
      ? `El mismo pequeño llenado se ha repetido una y otra vez en ${length}, como el de un inodoro que no cierra.`
      : `El mismo pequeño llenado se ha repetido ${veces(times)} en ${length}, como el de un inodoro que no cierra.`,
  longUse: (length) => `Un uso es más grande de lo habitual a esta hora del día. Ha durado ${length}.`,
  away: (length) => `Ha corrido agua durante ${length} sin que haya nadie en casa.`,
  zone: (length) => `Un riego lleva ${length} gastando más de lo que solía.`,
  impossible: (flow) => `El sensor comunica ${flow}, más de lo que puede pasar por el contador.`,
  ranBack: 'La cuenta del contador ha retrocedido.',
  silent: (length, since) =>
    length === null
      ? `No se sabe nada del sensor ${since}, aunque su puente está conectado.`
      : `Hace ${length} que no se sabe nada del sensor, ${since}, aunque su puente está conectado.`,
  meterSilent: (place, length, since) =>
    `${length === null ? 'No' : `Hace ${length} que no`} se sabe nada del contador${llamado(place)}, ${since}.`,
  offline: (length, since) =>
    length === null ? `El puente está desconectado ${since}.` : `El puente lleva ${length} desconectado, ${since}.`,
  radio: (at) => `El puente perdió el enlace de radio con su sensor ${at}.`,
  moved: (at) => `El sensor dice que lo movieron ${at}. Si no fue nadie de la casa, vaya a mirar.`,
  batteryLow: (volts, limit) => `Las pilas del sensor han bajado a ${volts}, por debajo de ${limit}. Cámbielas pronto.`,
  batteryDead: (at) => `El sensor avisó ${at} de que sus pilas están agotadas. Cámbielas.`,
  erased: (at) => `El sensor dice que borró ${at} lo que tenía guardado. Pueden faltar lecturas anteriores.`,
  clockless: (times, since) =>
    times === null
      ? `En la última hora llegaron mensajes sin hora propia, ${since}.`
      : `En la última hora ${times === 1 ? 'llegó un mensaje' : `llegaron ${times} mensajes`} sin hora propia, ${since}.`,
  puckWet: (place, since) => `El detector de fugas${llamado(place)} nota agua ${since}. Vaya a mirar enseguida.`,
  puckSilent: (place, length, since) =>
    `${length === null ? 'No' : `Hace ${length} que no`} se sabe nada del detector de fugas${llamado(place)}, ${since}.`,
  puckBattery: (place, left) =>
    `La pila del detector de fugas${llamado(place)} ${left === null ? 'está baja, según él mismo' : `ha bajado al ${left}`}. Cámbiela pronto.`,
  puckCannotTell: 'Mientras tanto no puede avisar de agua.',
  budget: {
    day: (reached, since) => `El agua del día ha llegado a ${reached} ${since}.`,
    week: (reached, since) => `El agua de la semana ha llegado a ${reached} ${since}.`,
    month: (reached, since) => `El agua del mes ha llegado a ${reached} ${since}.`,
  },
  budgetUsedUp: (limit) => `El límite de gasto, ${limit}, está agotado.`,
  budgetShare: (percent, limit) => `Es el ${percent}\u202f% del límite de gasto, ${limit}.`,
  cannotSee: 'Mientras tanto no se pueden ver fugas.',
  arrivalUsed: 'Para ellos se usa la hora de llegada.',
  detail: (text) => `El dispositivo añade: ${text}.`,

  water: (volume, since) => `${volume} ${since}.`,
  waterRate: (volume, since, rate) => `${volume} ${since}, ${rate} de media.`,
  waterLeast: (volume, since, rate, least) => `${volume} ${since}, ${rate} de media y nunca menos de ${least}.`,
  waterUsual: (volume, since, rate, usual) => `${volume} ${since}, ${rate} de media cuando lo habitual eran ${usual}.`,

  limit: (limit) => `El límite es ${limit}.`,
  limitUntilKnown: (limit) => `El límite es ${limit}, como en todas las casas mientras no se conoce esta.`,
  limitRested: (limit, usual, days) =>
    `En esta casa el agua paró antes de ${usual} ${days === 1 ? 'el último día' : `cada uno de los últimos ${days} días`}; el límite aprendido de ello es ${limit}.`,
  limitMost: (limit, usual, days) => `Lo máximo aquí en ${dias(days, 'el último día')} fue ${usual}; el límite aprendido de ello es ${limit}.`,
  limitLearned: (limit, days) => `El límite, aprendido en ${days === 1 ? 'un día' : `${days} días`}, es ${limit}.`,
  limitYours: (limit) => `El límite que usted fijó es ${limit}.`,
  limitFloor: (limit) => `El límite es ${limit}, el más bajo que se usa.`,
  limitFloorRested: (limit, usual, days) =>
    `El límite es ${limit}, el más bajo que se usa: en esta casa el agua paró antes de ${usual} ${days === 1 ? 'el último día' : `cada uno de los últimos ${days} días`}.`,
  limitFloorMost: (limit, usual, days) =>
    `El límite es ${limit}, el más bajo que se usa: lo máximo aquí en ${dias(days, 'el último día')} fue ${usual}.`,

  sensorLabel: 'Sensor',
  bridgeLabel: 'Puente',
  puckLabel: 'Detector de fugas',
  soFar: 'Hasta ahora',
  perHour: 'Por hora',
  sinceLabel: 'Desde',
  states: { acknowledged: 'Visto', cleared: 'Terminado' },
  thisPage: 'la página',
  acknowledgedBy: (name) => `Visto por ${name}`,
  snoozedUntil: (when) => `Pospuesto hasta: ${when}`,
  cameBack: (n) => (n === 1 ? 'Ha vuelto una vez' : `Ha vuelto ${n} veces`),
  declaredNoLeak: 'Usted dijo: no es una fuga',
  note: (text) => `Nota: ${text}`,
  acknowledge: 'Visto',
  snooze: 'Posponer',
  notALeak: 'No es una fuga',
  notAnAlarm: 'No es una alarma',
  addNote: 'Nota',
  details: 'Detalles',
  answers: (title) => `Respuestas a «${title}»`,
  snoozeTitle: 'No avisar durante un rato',
  snoozeHint: 'Volverá a avisar si entonces sigue igual.',
  snoozeHours: (n) => (n === 1 ? '1 hora' : `${n} horas`),
  snoozeTomorrow: (clock) => `Hasta mañana, ${clock}`,
  snoozeOwn: 'Horas a su elección',
  noteTitle: 'Una nota para todos los de la casa',
  noteLabel: 'Nota',
  notALeakTitle: '¿No es una fuga?',
  notALeakHint: 'La alarma termina y la misma agua no causará otra. No se puede deshacer.',
  notAnAlarmTitle: '¿No es una alarma?',
  notAnAlarmHint: 'Termina, y la misma causa no dará otra alarma hasta que haya pasado.',
};
