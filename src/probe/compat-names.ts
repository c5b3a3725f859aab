// How other programs name what a probe finds.

/** The names and values of sslyze, testssl.sh and SSL Labs, where they have one for the same. */
export interface ProbeCompat {
  /** `--resum`, which knows TLS 1.2 only. */
  sslyze: {
    session_id_resumption_result: SslyzeResult;
    tls_ticket_resumption_result: SslyzeResult;
  };
  /** Each by its id in the JSON of testssl.sh. */
  testssl: Record<string, { severity: string; finding: string }>;
  /** Of the API of SSL Labs. */
  ssllabs: {
    /** 0: no; 1: ids are given, but not resumed; 2: yes. */
    sessionResumption: 0 | 1 | 2;
    /** Bit 1: tickets are supported. */
    sessionTickets: number;
    /** -1: not tried; 0: no; 1: yes. */
    zeroRTTEnabled: -1 | 0 | 1;
  };
}

/** As sslyze says it. */
export type SslyzeResult =
  | 'FULLY_SUPPORTED'
  | 'PARTIALLY_SUPPORTED'
  | 'NOT_SUPPORTED'
  | 'SERVER_IS_TLS_1_3_ONLY';
