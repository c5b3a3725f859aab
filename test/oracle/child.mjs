// node child.mjs SCRIPTS TRANSCRIPTS: runs the scripts in one JSON file, and writes the other.

import { readFileSync, writeFileSync } from 'node:fs';
import { runScript } from './script.mjs';

const [scripts, transcripts] = process.argv.slice(2);
const results = JSON.parse(readFileSync(scripts, 'utf8')).map((lines) => runScript(lines));
writeFileSync(transcripts, JSON.stringify(results));
