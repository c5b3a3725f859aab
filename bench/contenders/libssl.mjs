// (b) The functions of this library under their C names.

export * from 'libssl-session/libssl';
