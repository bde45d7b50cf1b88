// What a bridge said when it connected and how the connection goes, each with a sentence of what it means.
import { html, nothing } from 'lit';
import type { Schemas } from '../../api/client';
import { fact } from '../../parts/facts';
import { t } from '../../texts';
import { number } from '../../words/numbers';
import { span, when } from '../../words/times';

type Bridge = Schemas['NetworkBridge'];

const yesNo = (value: boolean): string => (value ? t.shell.yes : t.shell.no);
const seconds = (value: number | null): string => (value === null ? t.shell.unknown : value < 60 ? t.words.seconds(number(value, value < 10 ? 2 : 0)) : span(value));

export function connectionFacts(bridge: Bridge, now: number, zone: string) {
  const text = t.network.connection;
  const { connection } = bridge;
  if (connection === null) return html`<p class="quiet">${text.none}</p>`;
  const { connect } = connection;
  const subscriptions = html`<ul>${connection.subscriptions.map((one) => html`<li><code>${one.topic_filter}</code>
    <span class="quiet small">${one.refused ? text.refused : one.qos === null ? text.noAnswer : text.qos(one.qos)}</span></li>`)}</ul>`;
  const ended = connection.closed === null ? text.stillOpen : text.closed(when(connection.closed, now, zone), connection.close_reason ?? t.shell.unknown);
  return html`<dl class="facts">
    ${fact(text.opened, when(connection.opened, now, zone), ended)}
    ${fact(text.count, number(bridge.totals.connections, 0), text.countNote)}
    ${fact(text.peer, html`<code>${connection.peer}</code>`, text.peerNote)}
    ${connection.cloud_address === null ? nothing : fact(text.cloudAddress, html`<code>${connection.cloud_address}</code>`, text.cloudAddressNote)}
    ${fact(text.clientId, html`<code>${connect.client_id}</code>`, text.clientIdNote)}
    ${fact(text.userName, connect.user_name === null ? t.shell.no : html`<code>${connect.user_name}</code>`, text.userNameNote)}
    ${fact(text.password, yesNo(connect.password_given), text.passwordNote)}
    ${fact(text.keepAlive, connect.keep_alive_seconds === 0 ? t.shell.no : seconds(connect.keep_alive_seconds), text.keepAliveNote)}
    ${fact(text.ping, seconds(connection.ping_period_seconds), text.pingNote)}
    ${fact(text.cleanSession, yesNo(connect.clean_session), text.cleanSessionNote)}
    ${fact(text.version, connect.mqtt_version ?? text.level(connect.protocol_level), text.versionNote)}
    ${fact(text.will, connect.will === null ? t.shell.no : html`<code>${connect.will.topic}</code>`, text.willNote)}
    ${fact(text.subscriptions, subscriptions, connection.subscriptions_left_out > 0 ? text.leftOut(number(connection.subscriptions_left_out, 0)) : text.subscriptionsNote)}
    ${fact(text.accepted, connection.connack_return_code === null ? text.noAnswer : yesNo(connection.connack_return_code === 0), text.acceptedNote)}
    ${fact(text.boot, seconds(connection.boot_after_seconds), text.bootNote)}
    ${fact(text.firstSample, seconds(connection.first_sample_after_seconds), text.firstSampleNote)}
    ${fact(text.notDecoded, number(bridge.totals.not_decoded, 0), text.notDecodedNote)}
    ${bridge.totals.handed_over > 0 ? fact(text.handedOver, number(bridge.totals.handed_over, 0), text.handedOverNote) : nothing}
    ${connection.unreadable ? fact(text.unreadable, t.shell.yes, text.unreadableNote) : nothing}
  </dl>`;
}
