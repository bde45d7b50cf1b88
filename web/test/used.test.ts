// What stands in the page is used by it: every text of the catalogue, every export. And what its templates show comes
// from the catalogue, not from English beside it.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const kWeb = fileURLToPath(new URL('..', import.meta.url));
const config = ts.parseJsonConfigFileContent(ts.readConfigFile(`${kWeb}/tsconfig.json`, ts.sys.readFile).config, ts.sys, kWeb);
const program = ts.createProgram(config.fileNames, config.options);
const checker = program.getTypeChecker();
const files = program.getSourceFiles().filter((file) => file.fileName.startsWith(kWeb) && !/node_modules|\.d\.ts$/.test(file.fileName));
const inSource = (file: ts.SourceFile) => file.fileName.startsWith(`${kWeb}src/`);
const inCatalogue = (file: ts.SourceFile) => file.fileName.startsWith(`${kWeb}src/texts/`);
const source = files.filter((file) => inSource(file) && !inCatalogue(file));
const where = (node: ts.Node) => {
  const file = node.getSourceFile();
  return `${file.fileName.slice(kWeb.length)}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
};

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

describe('The catalogue', () => {
  const isText = (declaration: ts.Node): declaration is ts.PropertyAssignment =>
    ts.isPropertyAssignment(declaration) && declaration.getSourceFile().fileName.startsWith(`${kWeb}src/texts/en/`);
  const unwrapped = (node: ts.Expression): ts.Expression => (ts.isAsExpression(node) ? unwrapped(node.expression) : node);

  // A property, or all of those that stand below it, where which of them is only known when the page runs.
  const used = new Set<ts.Node>();
  const use = (symbol: ts.Symbol | undefined) => symbol?.declarations?.filter(isText).forEach((declaration) => used.add(declaration));
  const useAll = (type: ts.Type) => (type.isUnion() ? type.types : [type]).forEach((one) => one.getProperties().forEach(use));
  for (const file of source) {
    walk(file, (node) => {
      if (ts.isPropertyAccessExpression(node)) use(checker.getSymbolAtLocation(node.name));
      if (ts.isElementAccessExpression(node)) {
        const type = checker.getTypeAtLocation(node.expression);
        const name = checker.getTypeAtLocation(node.argumentExpression);
        const names = name.isUnion() ? name.types : [name];
        if (names.every((one) => one.isStringLiteral())) names.forEach((one) => use(type.getProperty((one as ts.StringLiteralType).value)));
        else useAll(type);
      }
      if (ts.isObjectBindingPattern(node)) {
        const type = checker.getTypeAtLocation(node);
        node.elements.forEach((element) => use(type.getProperty((element.propertyName ?? element.name).getText())));
      }
      // Given away as a whole, as in `Object.keys(t.…)`.
      if (ts.isCallExpression(node)) node.arguments.forEach((argument) => ts.isPropertyAccessExpression(argument) && useAll(checker.getTypeAtLocation(argument)));
    });
  }

  function unused(object: ts.ObjectLiteralExpression, path: string): string[] {
    return object.properties.flatMap((property) => {
      if (!ts.isPropertyAssignment(property)) return [];
      const name = `${path}.${property.name.getText().replaceAll("'", '')}`;
      if (!used.has(property)) return [name];
      // What has the type of a record is looked up by names that the API gives.
      const value = property.initializer;
      return ts.isObjectLiteralExpression(value) ? unused(value, name) : [];
    });
  }

  it('has no text that nothing uses', () => {
    const found = files
      .filter((file) => file.fileName.startsWith(`${kWeb}src/texts/en/`) && !file.fileName.endsWith('index.ts'))
      .flatMap((file) =>
        file.statements.flatMap((statement) => {
          const declaration = ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : undefined;
          const value = declaration?.initializer === undefined ? undefined : unwrapped(declaration.initializer);
          const exported = ts.isVariableStatement(statement) && statement.modifiers?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword);
          return exported && value !== undefined && ts.isObjectLiteralExpression(value) ? unused(value, declaration!.name.getText()) : [];
        }),
      );
    expect(found).toEqual([]);
  });

  it('has all words that a template shows', () => {
    const found: string[] = [];
    for (const file of source) {
      walk(file, (node) => {
        if (!ts.isTaggedTemplateExpression(node) || !/^(html|svg)$/.test(node.tag.getText())) return;
        for (const words of shownWords(node.template)) found.push(`${where(node)} ${words}`);
      });
    }
    expect(found).toEqual([]);
  });

  // Commands, addresses and the like are the same in every language.
  function shownWords(template: ts.TemplateLiteral): string[] {
    const parts = ts.isTemplateExpression(template) ? [template.head.text, ...template.templateSpans.map((span) => span.literal.text)] : [template.text];
    const markup = parts.join('\u0000').replace(/<(code|pre)\b[^>]*>[^<]*<\/\1>/g, '');
    const attributes = [...markup.matchAll(/\b(?:aria-label|aria-valuetext|title|placeholder|label|heading|alt)="([^"]*)"/g)].map(([, value]) => value!);
    const text = markup.replace(/<!--.*?-->|<[^>]*>/gs, '\u0000');
    return [...attributes, text].flatMap((shown) => shown.match(/\p{L}{2,}[\p{L} ]*/gu) ?? []);
  }
});

it('Nothing is exported that no other file uses, but types that belong to something that is', () => {
  const elsewhere = new Set<ts.Symbol>();
  const resolved = (symbol: ts.Symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  for (const file of files) {
    walk(file, (node) => {
      if (!ts.isIdentifier(node)) return;
      const symbol = checker.getSymbolAtLocation(node);
      if (symbol === undefined) return;
      const real = resolved(symbol);
      if (real.declarations?.some((declaration) => declaration.getSourceFile() !== file)) elsewhere.add(real);
    });
  }
  const isType = (symbol: ts.Symbol) => (resolved(symbol).flags & ts.SymbolFlags.Value) === 0;
  // Classes of elements are used by the names of their elements.
  const isElement = (symbol: ts.Symbol) => symbol.declarations?.some((one) => ts.isClassDeclaration(one) && ts.getDecorators(one) !== undefined) === true;
  const found = source.flatMap((file) => {
    const module = checker.getSymbolAtLocation(file);
    return module === undefined ? [] : checker.getExportsOfModule(module).filter((symbol) => !elsewhere.has(resolved(symbol)) && !isType(symbol) && !isElement(symbol)).map((symbol) => `${file.fileName.slice(kWeb.length)} ${symbol.name}`);
  });
  expect(found).toEqual([]);
});
