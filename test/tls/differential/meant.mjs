// Where libssl-session/tls is meant to differ from node:tls. docs/tls-differences.md is made from
// this (scripts/tls-differences.mjs), and the tests allow these differences and no others.
//
// Each difference has `changes`: in the logs of which scripts, of which emitter (`in`), which lines of
// node:tls (`node`) are which other lines (`here`); `instead` is the whole log. `ours`: which side is
// played by this package. `versions` and `majors`: of TLS and of Node.js, where it is not all.

import { ends } from './meant/ends.mjs';
import { errors } from './meant/errors.mjs';
import { handshakes } from './meant/handshakes.mjs';
import { refused } from './meant/refused.mjs';
import { verification } from './meant/verification.mjs';

export const meant = [...verification, ...handshakes, ...errors, ...ends, ...refused];
