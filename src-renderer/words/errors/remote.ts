import { m } from '../messages.ts';

/** Of models elsewhere. */
export const remote = {
  remote_off: m.error_remote_off,
  remote_not_agreed: m.error_remote_not_agreed,
  remote_no_key: m.error_remote_no_key,
  remote_bad_key: m.error_remote_bad_key,
  remote_bad_address: m.error_remote_bad_address,
  remote_unauthorized: m.error_remote_unauthorized,
  remote_forbidden: m.error_remote_forbidden,
  remote_not_found: m.error_remote_not_found,
  remote_no_list: m.error_remote_no_list,
  remote_busy: m.error_remote_busy,
  remote_failed: m.error_remote_failed,
  remote_refused: m.error_remote_refused,
  remote_unreachable: m.error_remote_unreachable,
  remote_tls: m.error_remote_tls,
  remote_cut: m.error_remote_cut,
  remote_silent: m.error_remote_silent,
  remote_redirect: m.error_remote_redirect,
  remote_malformed: m.error_remote_malformed,
  remote_too_large: m.error_remote_too_large,
  remote_unavailable: m.error_remote_unavailable,
  no_such_endpoint: m.error_no_such_endpoint,
};
