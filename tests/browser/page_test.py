#!/usr/bin/env python3
"""The page in a real browser: page_test.py PAGE_SERVER CHROMIUM

Shows made-up water, loses its server, gets it back, and must say so each time. Speaks the browser's debugging protocol
over a pipe, so nothing but Python's own library is needed.
"""
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

STEP_LIMIT_S = 30


class Browser:
    def __init__(self, program):
        self.profile = tempfile.mkdtemp()
        to_read, self.to_browser = os.pipe()
        self.from_browser, to_write = os.pipe()
        self.process = subprocess.Popen(
            ['/bin/sh', '-c', f'exec "$0" "$@" 3<&{to_read} 4>&{to_write}', program,
             '--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
             '--disable-component-update', '--disable-sync', '--no-first-run', '--window-size=900,900',
             f'--user-data-dir={self.profile}', '--remote-debugging-pipe', 'about:blank'],
            pass_fds=(to_read, to_write), stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.pending = b''
        self.number = 0
        self.session = None
        self.events = []
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        self.session = self.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        for domain in ('Page', 'Network', 'Log', 'Runtime'):
            self.call(domain + '.enable')

    def message(self):
        while b'\0' not in self.pending:
            if not select.select([self.from_browser], [], [], STEP_LIMIT_S)[0]:
                raise TimeoutError('the browser is silent')
            chunk = os.read(self.from_browser, 65536)
            if not chunk:
                raise EOFError('the browser has gone')
            self.pending += chunk
        text, _, self.pending = self.pending.partition(b'\0')
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        request = {'id': self.number, 'method': method, 'params': parameters}
        if self.session:
            request['sessionId'] = self.session
        os.write(self.to_browser, json.dumps(request).encode() + b'\0')
        while True:
            message = self.message()
            if message.get('id') == self.number:
                if 'error' in message:
                    raise RuntimeError(f'{method}: {message["error"]}')
                return message['result']
            if 'method' in message:
                self.events.append(message)

    def value(self, expression):
        return self.call('Runtime.evaluate', expression=expression, returnByValue=True)['result'].get('value')

    def wait(self, what, expression):
        end = time.monotonic() + STEP_LIMIT_S
        while time.monotonic() < end:
            if self.value(expression):
                print('ok:', what)
                return
            time.sleep(0.1)
        raise AssertionError(f'never came true: {what}; the page shows: ' + str(self.value('document.body.innerText')))

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


def start_server(program, port, scene):
    server = subprocess.Popen([program, port, scene], stdout=subprocess.PIPE, text=True)
    address = server.stdout.readline().strip()
    if not address:
        raise RuntimeError('the page server did not start')
    return server, address


def stop(server):
    server.kill()
    server.wait()
    server.stdout.close()


def text(selector):
    return f'(document.querySelector({selector!r})?.innerText ?? "")'


def click(browser, selector):
    browser.value(f'document.querySelector({selector!r}).click()')


def answer_alarms(browser):
    browser.wait('alarms stand above all', text('#alarms-title') + ' === "2 alarms"')
    browser.wait('the gravest is first', text('.alarm.critical:first-child .name') + '.includes("critical")')
    browser.wait('it says what runs', text('.alarm .sentence') + '.includes("24 L")')
    click(browser, '.alarm.critical [data-verb=acknowledge]')
    browser.wait('an answer is shown', text('.alarm.critical .note') + '.includes("acknowledged by page")')
    browser.wait('and not asked for twice',
                 'document.querySelector(".alarm.critical [data-verb=acknowledge]").disabled')
    click(browser, '.alarm:last-child [data-verb=snooze]')
    browser.wait('a snooze is shown', text('.alarm:last-child .note') + '.includes("snoozed until 10:20")')
    browser.wait('a day that is not today is named', 'whenText("2026-11-22T22:04:00-07:00", '
                 '"2026-11-23T09:00:00-07:00") === "22 Nov, 22:04"')
    browser.value('(() => { const mode = document.querySelector("#mode"); mode.value = "away"; '
                  'mode.dispatchEvent(new Event("change")); })()')
    browser.wait('the mode is set', 'fetch("api/v1/mode").then((answer) => answer.json()).then((mode) => '
                 '{ window.modeNow = mode.mode; }), window.modeNow === "away"')
    browser.value('(() => { const mode = document.querySelector("#mode"); mode.value = "schedule"; '
                  'mode.dispatchEvent(new Event("change")); })()')
    browser.wait('the schedule is shown with its mode', 'document.querySelector("#mode").value === "schedule" && '
                 'document.querySelector("#mode").selectedOptions[0].textContent === "By schedule: Home"')


def log_in(browser):
    browser.wait('the page asks for a token', '!document.querySelector("#login").hidden')
    browser.wait('and shows no fault', 'document.querySelector("#lost").hidden')
    for token, then in (('millrace_' + '1' * 48, text('#login-problem') + '.includes("not known")'),
                        ('millrace_' + '0' * 48, 'document.querySelector("#login").hidden && ' + text('.flow') + ' === "9.0"')):
        browser.value(f'document.querySelector("#token").value = {token!r}')
        click(browser, '#login button')
        browser.wait('what becomes of it is shown', then)
    assert browser.value('document.cookie') == '', 'no script may read the session'
    click(browser, '#log-out')
    browser.wait('it asks again after the log-out', '!document.querySelector("#login").hidden')


def main():
    program, chromium = sys.argv[1:3]
    server, address = start_server(program, '0', 'empty')
    browser = Browser(chromium)
    try:
        browser.call('Page.navigate', url=f'http://{address}/')
        browser.wait('an empty house looks intended', text('#waiting') + '.includes("Waiting for your bridge")')
        assert browser.value('document.querySelector("#lost").hidden')
        stop(server)
        browser.wait('a lost connection is said', text('#lost') + '.includes("No connection")')
        server, _ = start_server(program, address.split(':')[1], '')
        browser.wait('it recovers without reload', 'document.querySelector("#lost").hidden')
        browser.wait('the sensor appears', text('.flow') + ' === "9.0"')
        browser.wait('the waiting card goes', 'document.querySelector("#waiting").hidden')
        browser.wait('24 bars and 24 rows', 'document.querySelectorAll(".chart .bar").length === 24 && '
                     'document.querySelectorAll("tbody tr").length === 24')
        browser.wait('volumes are marked', text('.uncalibrated summary') + '.includes("Uncalibrated")')
        browser.wait('the chart speaks', 'document.querySelector(".chart").ariaLabel.includes("570.3 L")')
        browser.wait('health is one line', text('#health') + ' === "Millrace works well"')
        browser.wait('the mode is shown', 'document.querySelector("#mode").value === "home"')
        assert browser.value('document.querySelector("#alarms").hidden'), 'nothing is wrong'
        stop(server)
        server, _ = start_server(program, address.split(':')[1], 'alarm')
        answer_alarms(browser)
        stop(server)
        server, _ = start_server(program, address.split(':')[1], 'login')
        browser.call('Page.navigate', url=f'http://{address}/')
        log_in(browser)

        hosts = {event['params']['request']['url'].split('/')[2] for event in browser.events
                 if event['method'] == 'Network.requestWillBeSent'}
        assert hosts == {address}, f'a request left the house: {hosts}'
        faults = [event['params'] for event in browser.events
                  if event['method'] == 'Runtime.exceptionThrown' or
                  (event['method'] == 'Log.entryAdded' and event['params']['entry']['source'] != 'network' and
                   event['params']['entry']['level'] == 'error')]
        assert not faults, f'the browser complains: {faults}'
        print('ok: no request left the house, and the browser has nothing to complain of')
    finally:
        browser.close()
        stop(server)


if __name__ == '__main__':
    main()
