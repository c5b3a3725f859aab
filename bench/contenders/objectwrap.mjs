// (f) A textbook Napi::ObjectWrap, bench/objectwrap/session.cc.

import { createRequire } from 'node:module';
import { libraryInfo } from 'libssl-session';

const require = createRequire(import.meta.url);
const addon = require('../../build/bench/objectwrap/build/Release/objectwrap.node');

// Opened by our loader before, and proved to be isolated: dlopen gives the same two libraries.
const { libcrypto, libssl } = libraryInfo();
addon.load(libcrypto, libssl);

export const { Session } = addon;
