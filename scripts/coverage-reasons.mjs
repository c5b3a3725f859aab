// Why a function of libssl is not in libssl-session/libssl, for each that is not. A reason is one that
// someone who works on libssl would give; what only nobody has written yet is in `notYet`.

const because = (reason, names) =>
  Object.fromEntries(names.flatMap((some) => some.split(' ')).map((name) => [name, reason]));

const alias = (name) => `another name of \`${name}\``;
const from = (name) => `is computed from what \`${name}\` gives`;
const stdio = (name) => `takes a \`FILE*\`; use \`${name}\``;
const bio = (name) => `reads or writes the caller’s \`BIO\`; use \`${name}\`, which works on bytes`;
const borrowed = (name) => `returns a borrowed pointer; use \`${name}\``;

export const reasons = {
  // ---- C's own files, memory and processes.
  PEM_read_SSL_SESSION: stdio('PEM_read_bio_SSL_SESSION'),
  PEM_write_SSL_SESSION: stdio('PEM_write_bio_SSL_SESSION'),
  SSL_SESSION_print_fp: stdio('SSL_SESSION_print'),
  d2i_SSL_SESSION_bio: bio('d2i_SSL_SESSION'),
  i2d_SSL_SESSION_bio: bio('i2d_SSL_SESSION'),
  ...because('takes or returns a `BIO`; a connection here has two: `BIO_write` and `BIO_read`', [
    'BIO_f_ssl BIO_new_ssl BIO_new_ssl_connect BIO_new_buffer_ssl_connect BIO_ssl_copy_session_id',
    'BIO_ssl_shutdown SSL_set_bio SSL_set0_rbio SSL_set0_wbio SSL_get_rbio SSL_get_wbio',
  ]),
  ...because('takes a file descriptor; a connection here works on memory', [
    'SSL_set_fd SSL_set_rfd SSL_set_wfd',
  ]),
  ...because('takes any pointer; the macros that are made from it are here', [
    'SSL_ctrl SSL_CTX_ctrl SSL_callback_ctrl SSL_CTX_callback_ctrl',
  ]),
  ...because('asks on the terminal for a passphrase if the file is encrypted', [
    'SSL_load_client_CA_file SSL_add_file_cert_subjects_to_stack',
    'SSL_add_dir_cert_subjects_to_stack',
  ]),
  SSL_dup_CA_list: 'copies a C list of names; here they are arrays',
  SSL_dup: 'copies the `BIO`, which over memory cannot be copied; make another connection',
  ...because('takes an `ENGINE`', ['SSL_CTX_set_client_cert_engine']),
  ...because('is about jobs of an `ENGINE`, which block; `SSL_MODE_ASYNC` is refused (U22)', [
    'SSL_get_all_async_fds SSL_get_changed_async_fds SSL_want_async SSL_want_async_job',
  ]),
  ...because('changes a table of C functions for the whole process', [
    'SSL_COMP_add_compression_method SSL_COMP_set0_compression_methods',
  ]),
  SSL_COMP_free_compression_methods: 'does nothing in OpenSSL 1.1.1',
  SSL_test_functions: 'returns a C struct with functions for libssl’s own tests',

  // ---- What would do harm.
  SSL_free_buffers: 'frees a record that libssl has read in part, and then uses it (CVE-2024-4741)',
  SSL_check_chain: 'crashes OpenSSL 1.1.1d to 1.1.1f after what a peer can send (CVE-2020-1967)',
  ...because('libssl calls it itself for each object; a second call loses what it has', [
    'SSL_CTX_SRP_CTX_init SSL_CTX_SRP_CTX_free SSL_SRP_CTX_init SSL_SRP_CTX_free',
  ]),
  ...because('is a step of SRP’s handshake, which libssl makes itself', [
    'SRP_Calc_A_param SSL_srp_server_param_with_username',
  ]),
  ...because('changes the method of what is in use; make another context', [
    'SSL_CTX_set_ssl_version SSL_set_ssl_method',
  ]),
  ...because('is what this library does when it loads libssl', [
    'OPENSSL_init_ssl SSL_library_init SSL_load_error_strings OpenSSL_add_ssl_algorithms',
    'SSLeay_add_ssl_algorithms',
  ]),
  SSL_add_ssl_module: 'is for OpenSSL’s configuration file, which this library does not read',

  // ---- Pointers to objects of libcrypto.
  ...because('takes or returns an `X509_STORE`; use `SSL_CTX_load_verify_locations`', [
    'SSL_CTX_get_cert_store SSL_CTX_set_cert_store SSL_CTX_set1_cert_store',
    'SSL_CTX_set0_chain_cert_store SSL_CTX_set1_chain_cert_store SSL_CTX_get0_chain_cert_store',
    'SSL_CTX_set0_verify_cert_store SSL_CTX_set1_verify_cert_store SSL_CTX_get0_verify_cert_store',
    'SSL_set0_chain_cert_store SSL_set1_chain_cert_store SSL_get0_chain_cert_store',
    'SSL_set0_verify_cert_store SSL_set1_verify_cert_store SSL_get0_verify_cert_store',
  ]),
  ...because('takes or returns an `X509_VERIFY_PARAM`; use what sets the parts of it', [
    'SSL_CTX_get0_param SSL_CTX_set1_param SSL_get0_param SSL_set1_param',
  ]),
  ...because('takes or returns a `CTLOG_STORE`; use `SSL_CTX_set_ctlog_list_file`', [
    'SSL_CTX_get0_ctlog_store SSL_CTX_set0_ctlog_store',
  ]),
  SSL_get0_dane: 'returns a C struct of libssl’s own',
  SSL_get_session: borrowed('SSL_get1_session'),
  SSL_get0_session: borrowed('SSL_get1_session'),
  SSL_get_SSL_CTX: 'returns a borrowed pointer; keep the context that you made the connection from',
  SSL_CTX_get_tlsext_ticket_keys: 'returns secret keys; keep those that you have set',

  // ---- Arguments of C callbacks, which functions of JavaScript do not need.
  ...because('is the argument of a C callback; a function of JavaScript has its scope', [
    'SSL_CTX_set_tlsext_servername_arg SSL_CTX_set_msg_callback_arg SSL_set_msg_callback_arg',
    'SSL_set_tlsext_debug_arg SSL_CTX_get_tlsext_status_arg SSL_CTX_set_tlsext_status_arg',
    'SSL_CTX_get_record_padding_callback_arg SSL_CTX_set_record_padding_callback_arg',
    'SSL_get_record_padding_callback_arg SSL_set_record_padding_callback_arg',
    'SSL_CTX_get0_security_ex_data SSL_CTX_set0_security_ex_data SSL_get0_security_ex_data',
    'SSL_set0_security_ex_data SSL_CTX_set_srp_cb_arg',
    'SSL_CTX_get_default_passwd_cb_userdata SSL_CTX_set_default_passwd_cb_userdata',
    'SSL_get_default_passwd_cb_userdata SSL_set_default_passwd_cb_userdata',
  ]),

  // ---- Macros that are nothing of their own.
  SSL_get_time: alias('SSL_SESSION_get_time'),
  SSL_set_time: alias('SSL_SESSION_set_time'),
  SSL_get_timeout: alias('SSL_SESSION_get_timeout'),
  SSL_set_timeout: alias('SSL_SESSION_set_timeout'),
  SSL_cache_hit: alias('SSL_session_reused'),
  SSL_CTX_set1_curves: alias('SSL_CTX_set1_groups'),
  SSL_CTX_set1_curves_list: alias('SSL_CTX_set1_groups_list'),
  SSL_set1_curves: alias('SSL_set1_groups'),
  SSL_set1_curves_list: alias('SSL_set1_groups_list'),
  SSL_get1_curves: alias('SSL_get1_groups'),
  SSL_get_shared_curve: alias('SSL_get_shared_group'),
  SSL_get_server_tmp_key: alias('SSL_get_peer_tmp_key'),
  SSL_get0_npn_negotiated: alias('SSL_get0_next_proto_negotiated'),
  SSL_CTX_set_npn_advertised_cb: alias('SSL_CTX_set_next_protos_advertised_cb'),
  SSL_CTX_set_npn_select_cb: alias('SSL_CTX_set_next_proto_select_cb'),
  SSLv23_method: alias('TLS_method'),
  SSLv23_server_method: alias('TLS_server_method'),
  SSLv23_client_method: alias('TLS_client_method'),
  ...because(from('SSL_want'), [
    'SSL_want_nothing SSL_want_read SSL_want_write SSL_want_x509_lookup SSL_want_client_hello_cb',
  ]),
  ...because('is computed from what `SSL_in_init` and `SSL_is_server` give', [
    'SSL_in_connect_init SSL_in_accept_init',
  ]),
  ...because(from('SSL_get_current_cipher'), [
    'SSL_get_cipher SSL_get_cipher_bits SSL_get_cipher_version SSL_get_cipher_name',
  ]),
  TLS1_get_version: from('SSL_version'),
  TLS1_get_client_version: from('SSL_client_version'),
  ...because('does nothing in OpenSSL 1.1.1', [
    'SSL_CTX_need_tmp_RSA SSL_CTX_set_tmp_rsa SSL_CTX_set_tmp_rsa_callback SSL_CTX_set_ecdh_auto',
    'SSL_need_tmp_RSA SSL_set_tmp_rsa SSL_set_tmp_rsa_callback SSL_set_ecdh_auto',
  ]),
  ...because('is about heartbeats, which OpenSSL 1.1.1 does not have', [
    'SSL_heartbeat SSL_get_dtlsext_heartbeat_pending SSL_set_dtlsext_heartbeat_no_requests',
    'SSL_get_tlsext_heartbeat_pending SSL_set_tlsext_heartbeat_no_requests',
  ]),
  ...because('calls a function that OpenSSL 1.1.1 does not have', [
    'SSL_disable_ct SSL_CTX_disable_ct',
  ]),

  // ---- Declared, but not exported.
  ...because('builds leave SSL 3.0 out', ['SSLv3_method SSLv3_server_method SSLv3_client_method']),
  SSL_trace: 'builds leave it out (`enable-ssl-trace`)',
};

/** There is no reason for these but that nobody has written them yet. */
export const notYet = [
  'SSL_CTX_get_ex_data SSL_CTX_set_ex_data SSL_CTX_get_app_data SSL_CTX_set_app_data',
  'SSL_SESSION_get_ex_data SSL_SESSION_set_ex_data SSL_SESSION_get_app_data',
  'SSL_SESSION_set_app_data SSL_get_ex_data SSL_set_ex_data SSL_get_app_data SSL_set_app_data',
  'SSL_get_ex_new_index SSL_SESSION_get_ex_new_index SSL_CTX_get_ex_new_index',
  'SSL_copy_session_id',
  'SSL_CTX_set_tmp_dh SSL_set_tmp_dh SSL_CTX_set_tmp_ecdh SSL_set_tmp_ecdh',
  'SSL_CTX_add0_chain_cert SSL_CTX_add1_chain_cert SSL_CTX_add_extra_chain_cert',
  'SSL_CTX_set0_chain SSL_CTX_set1_chain SSL_CTX_clear_chain_certs SSL_CTX_get0_chain_certs',
  'SSL_CTX_get_extra_chain_certs SSL_CTX_get_extra_chain_certs_only SSL_CTX_select_current_cert',
  'SSL_set0_chain SSL_set1_chain SSL_add0_chain_cert SSL_add1_chain_cert SSL_get0_chain_certs',
  'SSL_clear_chain_certs SSL_build_cert_chain SSL_select_current_cert SSL_set_current_cert',
  'SSL_get_tlsext_status_exts SSL_set_tlsext_status_exts SSL_get_tlsext_status_ids',
  'SSL_set_tlsext_status_ids',
].flatMap((some) => some.split(' '));
