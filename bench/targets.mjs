// What `npm run bench` must reach. Times are compared as ratios, memory in MB.

export const contenderNames = {
  c: '(a) plain C',
  libssl: '(b) C-named functions',
  'ssl-session': '(c) SslSession',
  koffi: '(d) koffi',
  'koffi-class': '(e) koffi + class',
  objectwrap: '(f) ObjectWrap',
};

const compare = (contender, against, limits) =>
  Object.entries(limits).map(([operation, limit]) => ({
    what: `${operation}: ${contenderNames[contender]} / ${contenderNames[against]}`,
    operation,
    contender,
    against,
    limit,
    unit: '×',
  }));

export const operationTargets = [
  ...compare('libssl', 'c', { 'new+free': 1.3, 'dup+free': 1.3, 'DER-in': 1.1, 'DER-out': 1.1 }),
  ...compare('libssl', 'koffi', {
    'new+free': 0.95,
    'dup+free': 0.95,
    'up_ref+free': 0.8,
    get_time: 0.8,
    'CTX getter': 0.8,
    'CTX setter': 0.8,
    'SSL getter': 0.8,
    'SSL setter': 0.8,
    'DER-in': 1,
    'DER-out': 1,
  }),
  // Beside the getter of a session, which was written by hand once.
  ...['CTX getter', 'CTX setter', 'SSL getter', 'SSL setter'].map((operation) => ({
    what: `${operation} / get_time: ${contenderNames.libssl}`,
    operation,
    contender: 'libssl',
    against: 'libssl',
    beside: 'get_time',
    limit: 1.1,
    unit: '×',
  })),
  ...compare('ssl-session', 'koffi-class', { 'new+free': 0.95, toJSON: 0.35 }),
  ...compare('ssl-session', 'objectwrap', { 'new+free': 0.5 }),
];

const growth = (operation) => ({
  what: `${operation} with 1,000,000 alive: (b) / (a), against the same with 1,000`,
  key: `${operation} growth`,
  limit: 1.3,
  unit: '×',
});

export const memoryTargets = [
  {
    what: '3,000,000 SslSession dropped without free(): peak RSS above start',
    key: 'forgotten',
    limit: 300,
    unit: 'MB',
  },
  {
    what: '1,000,000 new+free in one loop, C-named functions: RSS growth',
    key: 'functions',
    limit: 10,
    unit: 'MB',
  },
  {
    what: '1,000,000 new+free in one loop, SslSession: RSS growth',
    key: 'class',
    limit: 10,
    unit: 'MB',
  },
  growth('dup+free'),
  growth('get_time'),
];
