// (c) The class of this library.

export { SslSession as Session } from 'libssl-session';
