// What charts say of themselves, whatever they show.
export const charts = {
  zoom: 'Zoom',
  zoomHint: 'Drag or pinch to zoom, double-click to go back',
  zoomOut: 'Whole range',
  zoomMore: 'Closer',
  zoomLess: 'Further away',
  time: 'Time',
  volume: 'Volume',
  flow: 'Flow',
  value: 'Value',
  limit: 'Limit',
  overLimit: 'Above the limit',
  limitOf: (limit: string) => `limit ${limit}`,
  before: 'Compared with',
  beforeIt: (volume: string) => `before: ${volume}`,
  part: (name: string, volume: string) => `${name}: ${volume}`,
  unknown: 'not known',
};
