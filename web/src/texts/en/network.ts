export const network = {
  kinds: {
    boot: 'Start of a device',
    samples: 'Water counts',
    states: 'Condition of the devices',
    logs: 'Log lines',
    events: 'Events',
    heartbeat: 'Sign of life',
    heartbeat_echo: 'Answer to a sign of life',
    boot_response: 'Answer to a start',
    error: 'Refusal',
    key_exchange: 'Exchange of keys',
    calibration: 'Adjustment to the magnet',
    unknown: 'Unknown',
  } as Record<string, string>,
};
