export const charts = {
  zoomHint: 'Drag or pinch to zoom, double-click to go back',
  zoomOut: 'Whole range',
  highest: (value: string, when: string) => `highest ${value} at ${when}`,
  total: (value: string) => `${value} in all`,
  none: 'No water in this time.',
  time: 'Time',
  volume: 'Volume',
  flow: 'Flow',
};
