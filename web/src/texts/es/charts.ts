// Spanish for en/charts.ts.
export const charts = {
  zoom: 'Ampliación',
  zoomHint: 'Arrastre o pellizque para ampliar; doble clic para volver',
  zoomOut: 'Todo el periodo',
  zoomMore: 'Acercar',
  zoomLess: 'Alejar',
  time: 'Hora',
  volume: 'Volumen',
  flow: 'Caudal',
  value: 'Valor',
  limit: 'Límite',
  overLimit: 'Por encima del límite',
  limitOf: (limit: string) => `límite: ${limit}`,
  before: 'Antes',
  beforeIt: (volume: string) => `antes: ${volume}`,
  part: (name: string, volume: string) => `${name}: ${volume}`,
  unknown: 'no se sabe',
};
