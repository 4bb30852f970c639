// Writes dist/third-party-notices.txt: the licences of what the console is made of.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const web = new URL('..', import.meta.url).pathname;
const listed = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: web, stdio: ['ignore', 'pipe', 'ignore'] });
const folders = [...new Set(listed.toString().trim().split('\n'))].slice(1).sort();

const seen = new Set();
const notices = [];
for (const folder of folders) {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const name = `${about.name} ${about.version}`;
  if (seen.has(name)) continue;
  seen.add(name);
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)(\.|-|$)/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const repository = typeof about.repository === 'string' ? about.repository : (about.repository?.url ?? '');
  notices.push([name, `Licence: ${about.license ?? 'see its repository'}`, repository, '', ...texts].filter((line, index) => line || index === 3).join('\n'));
}

const rule = `\n\n${'-'.repeat(80)}\n\n`;
const text = `The console of Gatehouse contains the following packages.${rule}${notices.join(rule)}\n`;
const file = join(web, 'dist/third-party-notices.txt');
writeFileSync(`${file}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
console.log(`third-party-notices.txt: ${notices.length} packages`);
