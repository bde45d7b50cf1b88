// Names in index.html the chunks that the first page needs one after the other, so that browsers fetch them all at once.
import type { Plugin } from 'vite';

// `modules` are sources; what their chunks import is fetched along with them.
export function preloaded(modules: readonly string[]): Plugin {
  return {
    name: 'preloaded',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
        const files = new Set<string>();
        const take = (fileName: string): void => {
          if (files.has(fileName)) return;
          files.add(fileName);
          chunks.find((chunk) => chunk.fileName === fileName)?.imports.forEach(take);
        };
        for (const module of modules) {
          const chunk = chunks.find((one) => one.moduleIds.some((id) => id.endsWith(`/${module}`)));
          if (chunk === undefined) throw new Error(`${module} is in no chunk`);
          take(chunk.fileName);
        }
        return [...files]
          .filter((file) => !html.includes(file))
          .map((file) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `./${file}` }, injectTo: 'head' as const }));
      },
    },
  };
}
