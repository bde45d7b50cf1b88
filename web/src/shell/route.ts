// Where the page is: `#/history/day/2026-11-28?compare=week`. Behind the hash, so that it works under any base path
// and nothing is asked of the server.
export interface Route {
  view: string;
  path: string[]; // what stands behind the view
  query: URLSearchParams;
}

// An address may be cut or mistyped; then it is taken as it stands.
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  const [view = '', ...rest] = path.split('/').filter((part) => part !== '').map(decoded);
  return { view: view || 'now', path: rest, query: new URLSearchParams(query) };
}

export function href(view: string, path: readonly string[] = [], query: Record<string, string> = {}): string {
  const asked = new URLSearchParams(query).toString();
  return `#/${[view, ...path].map(encodeURIComponent).join('/')}${asked === '' ? '' : `?${asked}`}`;
}

export function go(address: string, replace = false): void {
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}
