// Logging in with a token, where the daemon asks for one. Uses what app.js has to ask with.
'use strict';

// Shown as long as the daemon does not know who asks.
function showLogin(needed) {
  const form = byId('login');
  if (form.hidden !== needed) return;
  form.hidden = !needed;
  if (needed) byId('token').focus();
}

async function logIn(event) {
  event.preventDefault();
  const field = byId('token');
  let problem = '';
  try {
    const response = await fetch('api/v1/session', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: field.value.trim() }),
    });
    if (!response.ok) problem = (await response.json().catch(() => ({}))).detail ?? `status ${response.status}`;
  } catch (error) {
    problem = 'Millrace did not answer.';
  }
  byId('login-problem').textContent = problem;
  if (problem) return;
  field.value = '';
  location.reload();
}

async function logOut() {
  await fetch('api/v1/session', { method: 'DELETE' }).catch(() => {});
  location.reload();
}

// A session that is half over is made anew by asking for it.
async function showSession() {
  try {
    const session = await ask('api/v1/session');
    byId('log-out').hidden = session.granted_by !== 'session';
  } catch (error) {
    // The page says itself when nobody answers.
  }
}

byId('login').addEventListener('submit', logIn);
byId('log-out').addEventListener('click', logOut);
showSession();
