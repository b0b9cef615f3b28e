import { m } from '../messages.ts';

/** Of prompts, their checks, and what is written after them. */
export const prompts = {
  empty_prompt: m.error_empty_prompt,
  no_variable: m.error_no_variable,
  bad_row: m.error_bad_row,
  no_checks: m.error_no_checks,
  no_expected: m.error_no_expected,
  bad_pattern: m.error_bad_pattern,
  bad_script: m.error_bad_script,
  other_rows: m.error_other_rows,
  no_common_check: m.error_no_common_check,
  already_filled: m.error_already_filled,
  nothing_judged: m.error_nothing_judged,
  prompt_too_long: m.error_prompt_too_long,
  unknown_variable: m.error_unknown_variable,
  bad_template: m.error_bad_template,
  begin_unfit: m.error_begin_unfit,
  not_a_prompt: m.error_not_a_prompt,
  not_promptfoo: m.error_not_promptfoo,
  text_before_turns: m.text_before_turns,
  no_mask_token: m.error_no_mask,
  nothing_masked: m.error_nothing_masked,
  nothing_to_compare: m.error_nothing_to_compare,
  text_too_short: m.error_text_too_short,
  text_too_long: m.error_text_too_long,
  takes_texts: m.error_takes_texts,
};
