// Checks what a browser loads for the first page: `npm run size`, after a build.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

const budget = 300_000; // bytes of brotli
const dist = new URL('../dist/', import.meta.url);
const assets = readdirSync(new URL('assets/', dist));

const index = readFileSync(new URL('index.html', dist), 'utf8');
const entries = [...index.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file);
const keysPage = assets.find((file) => /^keys-.*\.js\.br$/.test(file));
if (entries.length === 0 || !keysPage) throw new Error('dist has no index.html with modules, or no chunk of the keys page: npm run build');

const graph = new Set();
const follow = (file) => {
  if (graph.has(file)) return;
  graph.add(file);
  // Static imports only: what is imported in brackets is loaded when it is needed.
  for (const [, name] of content(file).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) follow(`assets/${name}`);
};
[...entries, `assets/${keysPage.replace(/\.br$/, '')}`].forEach(follow);

let total = 0;
for (const file of graph) {
  const size = statSync(new URL(`${file}.br`, dist)).size;
  total += size;
  console.log(`${String(size).padStart(9)}  ${file}`);
}
console.log(`${String(total).padStart(9)}  of ${budget}: JavaScript of the first page, brotli`);

const failures = [];
if (total > budget) failures.push(`the first page is ${total - budget} bytes over its budget`);

// Marks of what build/trimClickUi.ts takes out: a flag, a logo, a payment mark, the theme as JavaScript.
const scripts = assets.filter((file) => file.endsWith('.js.br')).map((file) => content(`assets/${file.replace(/\.br$/, '')}`));
for (const mark of ['saudi-arabia', 'warpstream', 'mastercard', 'monacoTheme']) {
  if (scripts.some((script) => script.includes(mark))) failures.push(`click-ui's "${mark}" is in the bundle again: has a path in build/trimClickUi.ts moved?`);
}

failures.forEach((failure) => console.error(failure));
process.exitCode = failures.length > 0 ? 1 : 0;

function content(file) {
  return brotliDecompressSync(readFileSync(new URL(`${file}.br`, dist))).toString();
}
