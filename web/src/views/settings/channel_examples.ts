// What a channel needs in the config file, a short example for each type; config/millrace.yaml has the same with all
// that may be left out.
import type { Schemas } from '../../api/client';

type ChannelType = Schemas['Channel']['type'];

const channel = (lines: string): string => `notify:\n  channels:\n  - ${lines.trim().replaceAll('\n', '\n    ')}`;

export const examples: Record<ChannelType, string> = {
  ntfy: channel(`
name: phone
type: ntfy
url: https://ntfy.example
topic: our-water
token_file: ntfy-token
least: warning
quiet_hours: 22:00-07:00`),
  smtp: channel(`
name: neighbour
type: smtp
host: mail.example
user: water
password_file: mail-password
from: water@example.org
to: [neighbour@example.org]
after: 15 min`),
  home_assistant: channel(`
name: home
type: home_assistant
url: http://homeassistant.local:8123
token_file: home-assistant-token
service: mobile_app_phone`),
  persistent_notification: channel(`
name: card
type: persistent_notification
url: http://homeassistant.local:8123
token_file: home-assistant-token`),
  gotify: channel(`
name: tablet
type: gotify
url: http://gotify.lan
token_file: gotify-token`),
  apprise: channel(`
name: everybody
type: apprise
url: http://apprise.lan:8000
token: our-configuration`),
  webhook: channel(`
name: automation
type: webhook
url: http://192.168.1.5:8080/water
hmac_key_file: webhook-key`),
  exec: channel(`
name: siren
type: exec
command: [/usr/local/bin/siren, "on"]`),
};

export const channelTypes = Object.keys(examples) as ChannelType[];
