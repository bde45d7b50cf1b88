import type { network as en } from '../en/network';

export const network: typeof en = {
  kinds: {
    boot: 'Arranque de un dispositivo',
    samples: 'Recuentos de agua',
    states: 'Estado de los dispositivos',
    logs: 'Líneas de registro',
    events: 'Sucesos',
    heartbeat: 'Señal de vida',
    heartbeat_echo: 'Respuesta a una señal de vida',
    boot_response: 'Respuesta a un arranque',
    error: 'Rechazo',
    key_exchange: 'Intercambio de claves',
    calibration: 'Ajuste al imán',
    unknown: 'Desconocido',
  },
};
