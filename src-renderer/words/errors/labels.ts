import { m } from '../messages.ts';

/** Of labelling. */
export const labels = {
  class_taken: m.error_class_taken,
  class_in_use: m.error_class_in_use,
  class_gone: m.error_class_gone,
  no_such_class: m.error_no_such_class,
  no_class_known: m.error_no_class_known,
  class_names_differ: m.error_class_names_differ,
  class_names_needed: m.error_class_names_needed,
  nothing_to_do: m.error_nothing_to_do,
  fixed_classes: m.error_fixed_classes,
  columns_wanted: m.error_columns_wanted,
  nothing_labelled: m.error_nothing_labelled,
  too_many_label_classes: m.error_too_many_label_classes,
  other_samples: m.error_other_samples,
  label_without_class: m.error_label_without_class,
  no_second_pass: m.error_no_second_pass,
  blind_pass: m.error_blind_pass,
  second_pass: m.error_second_pass,
  no_such_mark: m.error_no_such_mark,
  bad_mark: m.error_bad_mark,
  too_many_marks: m.error_too_many_marks,
  marks_not_classes: m.error_marks_not_classes,
  kind_unfit: m.error_kind_unfit,
  not_pictures: m.error_not_pictures,
  too_few_samples: m.error_too_few_samples,
};
