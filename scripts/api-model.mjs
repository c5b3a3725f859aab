// What the package exports, with the doc comments of src/, for scripts/api.mjs.

import { join, posix } from 'node:path';
// TypeScript 7 has no compiler API yet, and typedoc wants one.
import ts from 'typescript-5';
import { root } from './lib.mjs';

export const modules = {
  'libssl-session': 'src/index.ts',
  'libssl-session/libssl': 'src/libssl.ts',
  'libssl-session/tls': 'src/tls.ts',
  'libssl-session/store': 'src/store.ts',
  'libssl-session/probe': 'src/probe.ts',
};

const flags =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType |
  ts.TypeFormatFlags.WriteArrowStyleSignature;

let program;
function compiled() {
  if (program === undefined) {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
    const files = Object.values(modules).map((path) => join(root, path));
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    program = ts.createProgram(files, { ...options, noEmit: true });
  }
  return program;
}

const source = (node) =>
  posix.relative(join(root, 'src'), node.getSourceFile().fileName).replace(/\.ts$/, '');
const isInternal = (node) => ts.getJSDocTags(node).some((tag) => tag.tagName.text === 'internal');

/** The text of the doc comments: overloads, and a getter and its setter, may have one each. */
function commentOf(declarations) {
  const texts = declarations.flatMap((node) => {
    const owner = ts.isVariableDeclaration(node) ? node.parent.parent : node;
    const comment = owner.jsDoc?.at(-1)?.comment;
    return comment === undefined ? [] : [ts.getTextOfJSDocComment(comment).trim()];
  });
  return texts.join('\n\n');
}

/** The headline above a declaration: `// ---- The cache.`, as far in as it is itself. */
function sectionOf(node, from = 0) {
  const { text } = node.getSourceFile();
  const depth = ts.isClassElement(node) ? '  ' : '';
  const above = text.slice(from, node.getStart());
  const found = [...above.matchAll(/^( *)\/\/ ---- (.*?)\.?$/gm)];
  return found.findLast(([, indent]) => indent === depth)?.[2];
}

const plain = (type) => type.replace(/<ArrayBufferLike>|<ArrayBuffer>|\bC\.(?=Handle)/g, '');

function typeText(checker, type, node) {
  return plain(checker.typeToString(type, node, flags));
}

/** `name(parameter: type): result`; one parameter a line where it is long. */
function signatureText(checker, name, signature, node) {
  const parameters = signature.getParameters().map((symbol) => {
    const declaration = symbol.valueDeclaration;
    const optional = declaration.questionToken !== undefined || declaration.initializer;
    // As it is written, but where a maker of functions has it in its own words.
    const type = ts.isVariableDeclaration(node)
      ? typeText(checker, checker.getTypeOfSymbolAtLocation(symbol, node), node)
      : plain(
          declaration.type?.getText() ??
            typeText(checker, checker.getTypeAtLocation(declaration), declaration),
        );
    return `${symbol.name}${optional ? '?' : ''}: ${type}`;
  });
  const result = plain(node.type?.getText() ?? typeText(checker, signature.getReturnType(), node));
  const line = `${name}(${parameters.join(', ')}): ${result}`;
  if (line.length <= 96 && !line.includes('\n')) return line;
  const lines = parameters.map((parameter) => `  ${parameter.replaceAll('\n  ', '\n')},\n`);
  return `${name}(\n${lines.join('')}): ${result}`;
}

const has = (node, flag) => (ts.getCombinedModifierFlags(node) & flag) !== 0;

// What only overrides a member of EventEmitter, and says nothing about it, is Node's.
const isInherited = (node) => has(node, ts.ModifierFlags.Override) && commentOf([node]) === '';

const isPublic = (node) =>
  !isInternal(node) &&
  !isInherited(node) &&
  !(node.name !== undefined && ts.isPrivateIdentifier(node.name)) &&
  !has(node, ts.ModifierFlags.Private);

// Where there are overloads, what implements them is no signature itself.
const implementsOverloads = (node) =>
  node.body !== undefined &&
  node.parent.members.some(
    (other) =>
      other.kind === node.kind &&
      other.body === undefined &&
      other.name?.getText() === node.name?.getText(),
  );

function nameOf(node) {
  const owner = node.parent.name.text;
  if (ts.isConstructorDeclaration(node)) return `new ${owner}`;
  const name = node.name.getText();
  return has(node, ts.ModifierFlags.Static) ? `${owner}.${name}` : name;
}

/** What is called, as it is called. */
function callText(checker, node) {
  const text = signatureText(
    checker,
    nameOf(node),
    checker.getSignatureFromDeclaration(node),
    node,
  );
  return ts.isConstructorDeclaration(node) ? text.replace(/: \w+$/, '') : text;
}

/** A property, a getter or a setter, with its type. */
function propertyText(checker, node) {
  const name = nameOf(node);
  if (ts.isSetAccessorDeclaration(node)) {
    const [parameter] = node.parameters;
    return { text: `set ${name}(${parameter.getText()})`, type: parameter.type.getText() };
  }
  const type = node.type?.getText() ?? typeText(checker, checker.getTypeAtLocation(node), node);
  const before = ts.isGetAccessorDeclaration(node)
    ? 'get '
    : has(node, ts.ModifierFlags.Readonly)
      ? 'readonly '
      : '';
  return { text: `${before}${name}${node.questionToken === undefined ? '' : '?'}: ${type}`, type };
}

/** The public members of a class or an interface, in order. */
function membersOf(checker, declaration) {
  const byName = new Map();
  for (const node of declaration.members) {
    const nameless = ts.isClassStaticBlockDeclaration(node);
    if (nameless || !isPublic(node) || implementsOverloads(node)) continue;
    byName.set(nameOf(node), [...(byName.get(nameOf(node)) ?? []), node]);
  }
  return [...byName].map(([name, nodes]) => {
    const called =
      ts.isConstructorDeclaration(nodes[0]) ||
      ts.isMethodDeclaration(nodes[0]) ||
      ts.isMethodSignature(nodes[0]);
    const properties = called ? [] : nodes.map((node) => propertyText(checker, node));
    return {
      name,
      called,
      text: commentOf(nodes),
      signatures: called
        ? nodes.map((node) => callText(checker, node))
        : properties.map(({ text }) => text),
      type: properties.map(({ type }) => type).join(' '),
      section: ts.isClassDeclaration(declaration)
        ? sectionOf(nodes[0], declaration.getStart())
        : undefined,
    };
  });
}

/** Groups of constants have one comment, above the first. */
function groupComment(node) {
  const statement = node.parent.parent;
  const { text } = node.getSourceFile();
  const blocks = text.slice(0, statement.getStart()).split('\n\n');
  const lines = (blocks.at(-1) ?? '').split('\n').filter((line) => line.startsWith('//'));
  return lines.map((line) => line.slice(3)).join('\n');
}

/** An abstract class that a class extends is a part of it, in a file of its own. */
function partOf(checker, node) {
  const clause = node.heritageClauses?.find((each) => each.token === ts.SyntaxKind.ExtendsKeyword);
  if (clause === undefined) return undefined;
  const base = checker.getTypeAtLocation(clause.types[0].expression).symbol?.valueDeclaration;
  const abstract = base !== undefined && has(base, ts.ModifierFlags.Abstract);
  return abstract && base.getSourceFile().fileName.startsWith(join(root, 'src')) ? base : undefined;
}

function entryOf(checker, module, symbol) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  // A const and a type may share a name.
  const declarations = (target.declarations ?? []).filter((node) => !isInternal(node));
  const [node] = declarations;
  const entry = {
    modules: [module],
    name: symbol.name,
    source: source(node),
    position: node.getStart(),
    section: sectionOf(node),
    text: commentOf(declarations),
    signatures: [],
    members: [],
  };
  if (ts.isClassDeclaration(node)) {
    const part = partOf(checker, node);
    const clauses = node.heritageClauses?.map((clause) => ` ${clause.getText()}`) ?? [];
    if (part !== undefined) clauses[0] = ` ${part.heritageClauses[0].getText()}`;
    const signatures = [`class ${symbol.name}${clauses.join('')}`];
    const parts = part === undefined ? [node] : [node, part];
    const members = parts.flatMap((each) => membersOf(checker, each));
    return { ...entry, kind: 'class', signatures, members };
  }
  if (ts.isInterfaceDeclaration(node)) {
    const clauses = node.heritageClauses?.map((clause) => ` ${clause.getText()}`) ?? [];
    const signatures = [`interface ${symbol.name}${clauses.join('')}`];
    // Another file may declare some of them: events of a context that name a connection.
    const members = declarations.flatMap((declaration) => membersOf(checker, declaration));
    return { ...entry, kind: 'interface', signatures, members };
  }
  if (ts.isTypeAliasDeclaration(node)) {
    const written = node.getText().replace(/^export |;$/g, '');
    const meant = checker.typeToString(
      checker.getTypeAtLocation(node),
      node,
      flags | ts.TypeFormatFlags.InTypeAlias,
    );
    // What is made of a table in the source says nothing outside of it.
    const line = `type ${symbol.name} = ${meant}`;
    const broken = `type ${symbol.name} =\n  | ${meant.replaceAll(' | ', '\n  | ')}`;
    // As Biome breaks it: a line has 100 characters, with the semicolon.
    const shown = line.length < 100 ? line : broken;
    return { ...entry, kind: 'type', signatures: [written.includes('typeof ') ? shown : written] };
  }
  const type = checker.getTypeOfSymbolAtLocation(target, node);
  const signatures = type.getCallSignatures();
  if (signatures.length > 0) {
    const texts = signatures.map((each) => signatureText(checker, symbol.name, each, node));
    return { ...entry, kind: 'function', signatures: texts };
  }
  const text = entry.text || groupComment(node);
  const shown = `const ${symbol.name}: ${typeText(checker, type, node)}`;
  return { ...entry, kind: 'constant', text, signatures: [shown] };
}

/** Each export of the modules once, where it is declared first. */
export function api() {
  const checker = compiled().getTypeChecker();
  const entries = new Map();
  for (const [module, path] of Object.entries(modules)) {
    const file = compiled().getSourceFile(join(root, path));
    for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(file))) {
      const entry = entryOf(checker, module, symbol);
      const key = `${entry.source}.${entry.name}`;
      const before = entries.get(key);
      if (before === undefined) entries.set(key, entry);
      else before.modules.push(module);
    }
  }
  return [...entries.values()];
}
